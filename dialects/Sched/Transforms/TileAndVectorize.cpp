//===- TileAndVectorize.cpp - Schedules as a function of the target -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Every kernel has one nest of loops that writes its result, the anchor: the output, or the stage
// before a final change of block. Stages with sums are computed at the anchor's tiles, so that the
// sums stay in registers; pointwise stages between them are inlined.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "dialects/Sched/Transforms/Contracts.h"
#include "dialects/Sched/Transforms/Directives.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "dialects/Sched/Transforms/Tiles.h"
#include "llvm/Support/FormatVariadic.h"

namespace fovea::sched {
#define GEN_PASS_DEF_TILEANDVECTORIZE
#include "dialects/Sched/Transforms/Passes.h.inc"
} // namespace fovea::sched

using namespace mlir;
using namespace fovea;
using namespace fovea::sched;

namespace {
/// How a dense convolution is cut for threads and caches.
struct Pieces {
  int64_t tiles;      ///< Of a piece of the image; 0: it stays whole.
  bool pixelsOutside; ///< All channels pass over a piece before the next one's turn.
  enum { none, channels, pixels, both } parallel;
};

class KernelSchedule {
public:
  KernelSchedule(KernelOp kernel, const TargetModel &target)
      : kernel(kernel), target(target), stages(stagesOf(kernel)) {}
  void write();
  /// Says which loops there are, and why.
  std::string report();

private:
  StageOp mainStage();
  void findAnchor();
  void scheduleAnchor();
  void scheduleStage(StageOp stage);
  void scheduleSums(StageOp stage);
  void scheduleConvSums(StageOp stage);
  void scheduleBlockedSums(StageOp stage, const ConvTile &tile);
  void prefetchSummands(StageOp sum);
  void prefetchWeights(Directives &update, const ConvTile &tile);
  void prefetchPixels(Directives &update, StageOp stage, const ConvTile &tile);
  void scheduleLinearSums(StageOp stage);
  void scheduleWindowSums(StageOp stage);
  void schedulePad(StageOp stage);
  Directives anchorOf(StageOp main);
  ConvTile tileOf(StageOp conv) const;
  Pieces piecesOf(const ConvTile &tile) const;
  bool hasPiecesOfPixels(const ConvTile &tile) const;
  Directives convAnchor(const ConvTile &tile);
  void splitBlocks(Directives &list, const ConvTile &tile) const;
  Directives linearAnchor();
  Directives windowAnchor();
  Directives plainAnchor();
  Directives begin() { return Directives(kernel.getContext()); }
  bool isWorthThreads() const;

  KernelOp kernel;
  const TargetModel &target;
  SmallVector<StageOp> stages;
  StageOp anchor;        ///< Null: the output.
  RankedTensorType type; ///< Of the anchor.
  StringRef anchorName = "out";
};
} // namespace

static int64_t blocksOf(RankedTensorType type) {
  return ceilDiv(type.getDimSize(1), layoutOf(type).getBlock());
}

void KernelSchedule::findAnchor() {
  StageOp last = stages.back();
  type = last.type();
  if (stages.size() < 2 || last.getKind() != StageKind::copy)
    return;
  anchor = stages[stages.size() - 2];
  type = anchor.type();
  anchorName = anchor.getName();
}

/// Starting a parallel loop costs about half a microsecond: worth it from some tens of microseconds
/// of work on.
bool KernelSchedule::isWorthThreads() const {
  double work = 0; // Of a large network more than an integer holds.
  for (StageOp stage : stages) {
    int64_t perElement = 1;
    if (isDense(stage.getKind())) {
      auto weights = cast<ShapedType>(stage.getOperands_()[1].getType());
      perElement = weights.getNumElements() / std::max<int64_t>(1, stage.type().getDimSize(1));
    } else if (stage.getAlgorithm() == Algorithm::pool) {
      perElement = stage.ints("kernel")[0] * stage.ints("kernel")[1];
    }
    work += double(stage.type().getNumElements()) * perElement;
  }
  return target.cores > 1 && work > 500'000;
}

//===----------------------------------------------------------------------===//
// Anchors
//===----------------------------------------------------------------------===//

static ConvExtents extentsOf(StageOp stage) {
  auto weights = cast<RankedTensorType>(stage.getOperands_()[1].getType()).getShape();
  auto input = cast<RankedTensorType>(stage.getOperands_()[0].getType());
  ArrayRef<int64_t> out = stage.type().getShape();
  ConvExtents extents;
  extents.lanes = layoutOf(stage.type()).getBlock();
  extents.outputBlocks = blocksOf(stage.type());
  extents.inputs = weights[1] * weights[4];
  extents.inputBlocks = weights[1];
  extents.taps = weights[2] * weights[3];
  extents.pixels = out[3];
  extents.inputBytes = input.getNumElements() / input.getDimSize(0) / out[2] * 4;
  return extents;
}

ConvTile KernelSchedule::tileOf(StageOp conv) const { return convTile(extentsOf(conv), target); }

void KernelSchedule::splitBlocks(Directives &list, const ConvTile &tile) const {
  if (blocksOf(type) % tile.vectors)
    list.add("split", "ob", "obo", "obi", tile.vectors, "shift_inwards");
  else
    list.add("split", "ob", "obo", "obi", tile.vectors);
}

/// What is larger, the input or the weights, is what threads share out.
Pieces KernelSchedule::piecesOf(const ConvTile &tile) const {
  int64_t tiles = ceilDiv(type.getDimSize(3), tile.pixels), cores = target.cores;
  if (!isWorthThreads())
    return {tile.chunk, tile.chunk != 0, Pieces::none};
  if (tile.chunk && ceilDiv(tiles, tile.chunk) >= 2 * cores)
    return {balancedChunk(tiles, tile.chunk, target), true, Pieces::pixels};
  if (tile.chunk)
    return {tile.chunk, true, Pieces::both};
  // So many that a thread which is slower, its core being shared, need not be waited for.
  int64_t blocks = ceilDiv(blocksOf(type), tile.vectors), pieces = ceilDiv(8 * cores, blocks);
  if (pieces == 1 || tiles == 1)
    return {0, false, Pieces::channels};
  if (tile.isInputLarger)
    return {ceilDiv(tiles, std::max(pieces, 4 * cores)), true, Pieces::pixels};
  return {ceilDiv(tiles, pieces), false, Pieces::both};
}

/// Whether a task is a piece of the image, for all channels.
bool KernelSchedule::hasPiecesOfPixels(const ConvTile &tile) const {
  return !tile.inputBlocks && piecesOf(tile).parallel == Pieces::pixels;
}

/// A tile of pixels times vectors of channels; its sums fill the registers.
Directives KernelSchedule::convAnchor(const ConvTile &tile) {
  Directives list = begin();
  if (tile.inputBlocks) {
    splitBlocks(list, tile);
    list.reorder({"oi", "obi", "x", "y", "obo", "n"}).add("vectorize", "oi").add("unroll", "obi");
    return isWorthThreads() ? list.add("parallel", "obo") : list;
  }
  Pieces pieces = piecesOf(tile);
  list.add("split", "x", "xo", "xi", tile.pixels, "shift_inwards");
  splitBlocks(list, tile);
  if (pieces.tiles)
    list.add("split", "xo", "xoo", "xo", pieces.tiles, "guard_with_if");
  if (!pieces.tiles)
    list.reorder({"oi", "xi", "obi", "xo", "y", "obo", "n"});
  else if (pieces.pixelsOutside)
    list.reorder({"oi", "xi", "obi", "xo", "obo", "xoo", "y", "n"});
  else
    list.reorder({"oi", "xi", "obi", "xo", "xoo", "y", "obo", "n"});
  list.add("vectorize", "oi").add("unroll", "xi").add("unroll", "obi");
  // Else the last tile has code of its own, in which the sums are not in registers.
  list.add("never_partition", "xo");
  switch (pieces.parallel) {
  case Pieces::none:
    return list;
  case Pieces::channels:
    return list.add("parallel", "obo");
  case Pieces::pixels:
    return list.add("parallel", "xoo");
  case Pieces::both:
    if (pieces.pixelsOutside)
      list.add("fuse", "obo", "xoo", "columns").add("fuse", "columns", "y", "task");
    else
      list.add("fuse", "xoo", "y", "rows").add("fuse", "rows", "obo", "task");
    return list.add("parallel", "task");
  }
  llvm_unreachable("parallel what?");
}

/// Every weight is read once: memory bounds it, and four vectors of sums hide the latency.
Directives KernelSchedule::linearAnchor() {
  Directives list = begin();
  list.add("split", "ob", "obo", "obi", std::min<int64_t>(4, blocksOf(type)), "shift_inwards");
  list.reorder({"oi", "obi", "x", "y", "obo", "n"}).add("vectorize", "oi").add("unroll", "obi");
  return isWorthThreads() ? list.add("parallel", "obo") : list;
}

/// Pooling and depthwise convolution: one block of channels, a few pixels at a time; more would
/// spill what they share.
Directives KernelSchedule::windowAnchor() {
  int64_t pixels = windowPixels(type.getDimSize(3), target);
  Directives list = begin();
  list.add("split", "x", "xo", "xi", pixels, "shift_inwards");
  list.reorder({"oi", "xi", "xo", "y", "ob", "n"});
  list.add("vectorize", "oi").add("unroll", "xi");
  return isWorthThreads() ? list.add("parallel", "ob") : list;
}

/// No sums: one pass over the elements, in vectors of channels, or of pixels where channels stand
/// alone.
Directives KernelSchedule::plainAnchor() {
  Directives list = begin();
  int64_t lanes = target.lanes(32);
  if (layoutOf(type).getBlock() > 1)
    list.add("vectorize", "oi");
  else if (type.getDimSize(3) >= lanes)
    list.add("vectorize", "x", lanes);
  return isWorthThreads() ? list.add("parallel", "ob") : list;
}

Directives KernelSchedule::anchorOf(StageOp main) {
  if (!main)
    return plainAnchor();
  switch (*main.getAlgorithm()) {
  case Algorithm::pool:
  case Algorithm::global_pool:
  case Algorithm::depthwise:
    return windowAnchor();
  case Algorithm::matvec:
    return linearAnchor();
  default:
    return convAnchor(tileOf(main));
  }
}

/// The last stage with sums; null where there is none.
StageOp KernelSchedule::mainStage() {
  StageOp main;
  for (StageOp stage : stages)
    if (hasSums(stage))
      main = stage;
  return main;
}

static std::string describeTile(const ConvTile &tile, int64_t lanes) {
  if (tile.inputBlocks)
    return llvm::formatv("sums of {0} channels rest in L1 between passes over {1} blocks of input, "
                         "the next pass's weights are prefetched",
                         tile.vectors * lanes, tile.inputBlocks);
  std::string text = llvm::formatv("sums of {0} pixels x {1} channels stay in registers",
                                   tile.pixels, tile.vectors * lanes);
  if (tile.chunk)
    text += llvm::formatv(", {0} tiles at a time for whose inputs there is room in L2", tile.chunk);
  return text;
}

std::string KernelSchedule::report() {
  StageOp main = mainStage();
  std::string threads = isWorthThreads() ? "; in parallel" : "; on one thread";
  if (!main)
    return "one pass over the elements" + threads;
  switch (*main.getAlgorithm()) {
  case Algorithm::pool:
  case Algorithm::global_pool:
  case Algorithm::depthwise:
    return "a few pixels of one block of channels at a time" + threads;
  case Algorithm::matvec:
    return "up to four vectors of sums, every weight is read once" + threads;
  default:
    return describeTile(tileOf(main), layoutOf(main.type()).getBlock()) + threads;
  }
}

void KernelSchedule::scheduleAnchor() {
  Directives list = anchorOf(mainStage());
  if (!anchor) {
    kernel.setScheduleAttr(list.get());
    return;
  }
  anchor.setScheduleAttr(list.add("compute_root").get());
  type = stages.back().type();
  kernel.setScheduleAttr(plainAnchor().get());
}

//===----------------------------------------------------------------------===//
// Stages before the anchor
//===----------------------------------------------------------------------===//

/// The channels of a block of inputs one after the other, without a loop's own instructions, which
/// are felt where two threads share a core; at most 8, so that the loop's body stays in the cache
/// of decoded instructions.
static void unrollInputs(Directives &update, StageOp stage) {
  int64_t inBlock = cast<ShapedType>(stage.getOperands_()[1].getType()).getDimSize(4);
  if (inBlock > 1)
    update.add("unroll", "ci", std::min<int64_t>(inBlock, 8));
}

/// All sums of a block of channels rest in L1 between passes over blocks of inputs, while the next
/// pass's weights come.
void KernelSchedule::scheduleBlockedSums(StageOp stage, const ConvTile &tile) {
  Directives pure = begin(), update = begin();
  pure.add("compute_at", anchorName, "obo").add("store_in", "stack");
  pure.add("vectorize", "oi").add("unroll", "ob");
  update.add("split", "x", "xo", "xi", tile.pixels, "guard_with_if");
  update.add("split", "cb", "cbo", "cbi", tile.inputBlocks, "guard_with_if");
  update.reorder({"oi", "ob", "xi", "ci", "kx", "ky", "cbi", "xo", "cbo"});
  update.add("vectorize", "oi").add("unroll", "ob").add("unroll", "xi");
  unrollInputs(update, stage);
  update.add("prefetch", 1, "cbo");
  stage.setScheduleAttr(pure.get());
  stage.setUpdateAttr(update.get());
}

/// The next tiles' weights come while these pass over the image, or over its pieces one by one.
void KernelSchedule::prefetchWeights(Directives &update, const ConvTile &tile) {
  Pieces pieces = piecesOf(tile);
  int64_t tiles = ceilDiv(type.getDimSize(3), tile.pixels);
  if (!pieces.tiles)
    update.add("prefetch", 1, "obo");
  else if (!pieces.pixelsOutside)
    update.add("prefetch", 1, "task", ceilDiv(tiles, pieces.tiles) * type.getDimSize(2));
}

/// The next tile's pixels come from L2, where a 1x1 convolution reads each once per tile: more taps
/// find most of them in L1.
void KernelSchedule::prefetchPixels(Directives &update, StageOp stage, const ConvTile &tile) {
  bool oncePerTile = stage.ints("kernel") == ArrayRef<int64_t>{1, 1} &&
                     stage.ints("stride") == ArrayRef<int64_t>{1, 1};
  if (oncePerTile && tile.isInputLarger && isa<BlockArgument>(stage.getOperands_()[0]))
    update.add("prefetch", 0, "xo");
}

/// Sums of a tile live in registers while the reduction runs over them, input channels innermost.
void KernelSchedule::scheduleConvSums(StageOp stage) {
  ConvTile tile = tileOf(stage);
  // A pool behind it asks for a few pixels at a time: there are no passes over a whole block.
  if (tile.inputBlocks && mainStage() == stage)
    return scheduleBlockedSums(stage, tile);
  Directives pure = begin(), update = begin();
  pure.add("compute_at", anchorName, "xo").add("store_in", "stack");
  pure.add("vectorize", "oi").add("unroll", "x").add("unroll", "ob");
  update.reorder({"oi", "ob", "x", "ci", "kx", "ky", "cb"});
  update.add("vectorize", "oi").add("unroll", "x").add("unroll", "ob");
  if (extentsOf(stage).unrollsTaps())
    update.add("unroll", "kx").add("unroll", "ky");
  unrollInputs(update, stage);
  if (mainStage() == stage) {
    if (blocksOf(type) > tile.vectors && tile.nextFits)
      prefetchWeights(update, tile);
    prefetchPixels(update, stage, tile);
  }
  stage.setScheduleAttr(pure.get());
  stage.setUpdateAttr(update.get());
}

/// What a tile's sums are added to, which may come from memory, is asked for a tile before.
void KernelSchedule::prefetchSummands(StageOp sum) {
  StageOp main = mainStage();
  if (!main || main.getAlgorithm() != Algorithm::direct || tileOf(main).inputBlocks)
    return;
  Directives list = begin();
  for (auto [index, operand] : llvm::enumerate(sum.getOperands_()))
    if (isa<BlockArgument>(operand))
      sum.setScheduleAttr(list.add("prefetch", int64_t(index), "xo").get());
}

void KernelSchedule::scheduleLinearSums(StageOp stage) {
  Directives pure = begin(), update = begin();
  pure.add("compute_at", anchorName, "obo").add("store_in", "stack");
  pure.add("vectorize", "oi").add("unroll", "ob");
  update.reorder({"oi", "ob", "ci", "kx", "ky", "cb"}).add("vectorize", "oi").add("unroll", "ob");
  stage.setScheduleAttr(pure.get());
  stage.setUpdateAttr(update.get());
}

void KernelSchedule::scheduleWindowSums(StageOp stage) {
  Directives pure = begin(), update = begin();
  pure.add("compute_at", anchorName, "xo").add("store_in", "stack");
  pure.add("vectorize", "oi").add("unroll", "x");
  update.reorder({"oi", "x", "kx", "ky"}).add("vectorize", "oi").add("unroll", "x");
  ArrayRef<int64_t> kernel = stage.ints("kernel");
  if (!kernel.empty() && kernel[0] * kernel[1] <= 9)
    update.add("unroll", "kx").add("unroll", "ky");
  stage.setScheduleAttr(pure.get());
  stage.setUpdateAttr(update.get());
}

void KernelSchedule::scheduleSums(StageOp stage) {
  switch (*stage.getAlgorithm()) {
  case Algorithm::depthwise:
  case Algorithm::pool:
  case Algorithm::global_pool:
    return scheduleWindowSums(stage);
  case Algorithm::matvec:
    return scheduleLinearSums(stage);
  default:
    return scheduleConvSums(stage);
  }
}

/// The border is laid around the whole image once: a dense reader visits it many times. Where
/// threads take pieces of the image, it is laid around each, whose copy then need not leave L2; but
/// not where it leaves out pixels for a stride. A depthwise reader visits each block of channels
/// once. It finds the border by itself, in the first and the last turns of its loops; only if it
/// cannot read vectors of channels, they are gathered into an image of a block that need not leave
/// L2.
void KernelSchedule::schedulePad(StageOp stage) {
  auto reader = cast<StageOp>(*stage->user_begin());
  bool perBlock = reader.getAlgorithm() == Algorithm::depthwise;
  auto input = cast<RankedTensorType>(stage.getOperands_()[0].getType());
  if (perBlock && layoutOf(input) == layoutOf(stage.type()))
    return;
  bool perPiece = stage.ints("stride")[0] == 1 && reader == mainStage() &&
                  reader.getAlgorithm() == Algorithm::direct && hasPiecesOfPixels(tileOf(reader));
  Directives list = begin();
  if (perBlock)
    list.add("compute_at", anchorName, "ob");
  else if (perPiece)
    list.add("compute_at", anchorName, "xoo");
  else
    list.add("compute_root");
  int64_t lanes = target.lanes(32);
  if (layoutOf(stage.type()).getBlock() > 1)
    list.add("vectorize", "oi");
  else if (stage.type().getDimSize(3) >= lanes)
    list.add("vectorize", "x", lanes);
  if (isWorthThreads() && !perBlock && !perPiece)
    list.add("parallel", blocksOf(stage.type()) > 1 ? "ob" : "y");
  stage.setScheduleAttr(list.get());
}

void KernelSchedule::scheduleStage(StageOp stage) {
  if (hasSums(stage))
    scheduleSums(stage);
  else if (stage.getKind() == StageKind::pad)
    schedulePad(stage);
  else if (stage.getKind() == StageKind::add)
    prefetchSummands(stage);
}

void KernelSchedule::write() {
  findAnchor();
  for (StageOp stage : stages)
    scheduleStage(stage);
  scheduleAnchor();
}

namespace {
struct TileAndVectorize : fovea::sched::impl::TileAndVectorizeBase<TileAndVectorize> {
  using TileAndVectorizeBase::TileAndVectorizeBase;
  void runOnOperation() override {
    FailureOr<TargetModel> model = findTarget(getOperation(), target);
    if (failed(model))
      return signalPassFailure();
    auto write = [&](KernelOp kernel) {
      KernelSchedule schedule(kernel, *model);
      schedule.write();
      return schedule.report();
    };
    if (failed(scheduleKernels(getOperation(), getArgument(), write)))
      signalPassFailure();
  }
};
} // namespace

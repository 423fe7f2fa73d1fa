//===- TileAndVectorize.cpp - Schedules as a function of the target -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Every kernel has one nest of loops that writes its result, the anchor: the output, or the stage before a final change of block. Stages
// with sums are computed at the anchor's tiles, so that the sums stay in registers; pointwise stages between them are inlined.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "dialects/Sched/Transforms/Tiles.h"
#include "mlir/IR/Builders.h"

namespace fovea::sched {
#define GEN_PASS_DEF_TILEANDVECTORIZE
#include "dialects/Sched/Transforms/Passes.h.inc"
} // namespace fovea::sched

using namespace mlir;
using namespace fovea;
using namespace fovea::sched;

namespace {
/// A list of directives under construction.
class Directives {
public:
  explicit Directives(MLIRContext *context) : builder(context) {}

  template <typename... Args> Directives &add(StringRef kind, Args... args) {
    SmallVector<Attribute> words{builder.getStringAttr(kind)};
    (words.push_back(wordOf(args)), ...);
    list.push_back(builder.getArrayAttr(words));
    return *this;
  }
  Directives &reorder(ArrayRef<StringRef> loops) {
    SmallVector<Attribute> words{builder.getStringAttr("reorder")};
    for (StringRef loop : loops)
      words.push_back(wordOf(loop));
    list.push_back(builder.getArrayAttr(words));
    return *this;
  }
  ScheduleAttr get() const { return ScheduleAttr::get(builder.getContext(), list); }

private:
  Attribute wordOf(StringRef text) { return builder.getStringAttr(text); }
  Attribute wordOf(int64_t number) { return builder.getStringAttr(std::to_string(number)); }

  mutable Builder builder;
  SmallVector<ArrayAttr> list;
};

class KernelSchedule {
public:
  KernelSchedule(KernelOp kernel, const TargetModel &target)
      : kernel(kernel), target(target), stages(stagesOf(kernel)) {}
  void write();

private:
  void findAnchor();
  void scheduleAnchor();
  void scheduleStage(StageOp stage);
  void scheduleSums(StageOp stage);
  void schedulePad(StageOp stage);
  Directives denseAnchor(StageOp dense);
  Directives windowAnchor();
  Directives plainAnchor();
  Directives begin() { return Directives(kernel.getContext()); }
  bool isWorthThreads() const;

  KernelOp kernel;
  const TargetModel &target;
  SmallVector<StageOp> stages;
  StageOp anchor;          ///< Null: the output.
  RankedTensorType type;   ///< Of the anchor.
  StringRef anchorName = "out";
};
} // namespace

static int64_t blocksOf(RankedTensorType type) {
  return ceilDiv(type.getDimSize(1), layoutOf(type).getBlock());
}

static bool hasSums(StageOp stage) {
  switch (*stage.getAlgorithm()) {
  case Algorithm::direct:
  case Algorithm::grouped:
  case Algorithm::depthwise:
  case Algorithm::matvec:
  case Algorithm::matmul:
  case Algorithm::pool:
  case Algorithm::global_pool:
    return true;
  default:
    return false;
  }
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

/// Starting a parallel loop costs about half a microsecond: worth it from some tens of microseconds of work on.
bool KernelSchedule::isWorthThreads() const {
  int64_t work = 0;
  for (StageOp stage : stages) {
    int64_t perElement = 1;
    if (isDense(stage.getKind())) {
      auto weights = cast<ShapedType>(stage.getOperands_()[1].getType());
      perElement = weights.getNumElements() / std::max<int64_t>(1, stage.type().getDimSize(1));
    } else if (stage.getAlgorithm() == Algorithm::pool) {
      perElement = stage.ints("kernel")[0] * stage.ints("kernel")[1];
    }
    work += stage.type().getNumElements() * perElement;
  }
  return target.cores > 1 && work > 500'000;
}

//===----------------------------------------------------------------------===//
// Anchors
//===----------------------------------------------------------------------===//

/// A tile of pixels times vectors of channels; its sums fill the registers.
Directives KernelSchedule::denseAnchor(StageOp dense) {
  RegisterTile tile = registerTile(target);
  bool onePixel = dense.getAlgorithm() == Algorithm::matvec;
  bool perChannel = dense.getAlgorithm() == Algorithm::depthwise;
  int64_t width = type.getDimSize(3), blocks = blocksOf(type);
  int64_t pixels = onePixel ? 1 : std::min(tile.pixels, width);
  int64_t vectors = std::min(onePixel ? target.vectorRegisters / 4 : perChannel ? 1 : tile.vectors,
                             blocks);
  Directives list = begin();
  list.add("split", "x", "xo", "xi", pixels, "shift_inwards");
  list.add("split", "ob", "obo", "obi", vectors, "shift_inwards");
  list.reorder({"oi", "xi", "obi", "xo", "y", "obo", "n"});
  list.add("vectorize", "oi").add("unroll", "xi").add("unroll", "obi");
  if (!isWorthThreads())
    return list;
  if (ceilDiv(blocks, vectors) >= 2 * target.cores || onePixel)
    return list.add("parallel", "obo");
  if (type.getDimSize(2) > 1)
    return list.add("fuse", "y", "obo", "task").add("parallel", "task");
  int64_t chunk = std::max<int64_t>(1, ceilDiv(ceilDiv(width, pixels), 4 * target.cores));
  list.add("split", "xo", "xoo", "xo", chunk, "guard_with_if");
  list.reorder({"oi", "xi", "obi", "xo", "y", "xoo", "obo", "n"});
  return list.add("fuse", "xoo", "obo", "task").add("parallel", "task");
}

/// Pooling: one vector per pixel, four pixels at a time.
Directives KernelSchedule::windowAnchor() {
  int64_t pixels = std::min<int64_t>(4, type.getDimSize(3));
  Directives list = begin();
  list.add("split", "x", "xo", "xi", pixels, "shift_inwards");
  list.reorder({"oi", "xi", "xo", "y", "ob", "n"});
  list.add("vectorize", "oi").add("unroll", "xi");
  return isWorthThreads() ? list.add("parallel", "ob") : list;
}

/// No sums: one pass over the elements, in vectors of channels, or of pixels where channels stand alone.
Directives KernelSchedule::plainAnchor() {
  Directives list = begin();
  int64_t lanes = target.lanes(32);
  if (layoutOf(type).getBlock() > 1)
    list.add("vectorize", "oi");
  else if (type.getDimSize(3) >= lanes)
    list.add("vectorize", "x", lanes);
  return isWorthThreads() ? list.add("parallel", "ob") : list;
}

void KernelSchedule::scheduleAnchor() {
  StageOp main;
  for (StageOp stage : stages)
    if (hasSums(stage))
      main = stage;
  bool isWindow = main && (*main.getAlgorithm() == Algorithm::pool ||
                           *main.getAlgorithm() == Algorithm::global_pool);
  Directives list = !main ? plainAnchor() : isWindow ? windowAnchor() : denseAnchor(main);
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

/// Sums of a tile live in registers while the reduction runs over them, input channels innermost.
void KernelSchedule::scheduleSums(StageOp stage) {
  Directives pure = begin(), update = begin();
  pure.add("compute_at", anchorName, "xo").add("store_in", "stack");
  pure.add("vectorize", "oi").add("unroll", "x");
  switch (*stage.getAlgorithm()) {
  case Algorithm::depthwise:
  case Algorithm::pool:
    update.reorder({"oi", "x", "kx", "ky"}).add("vectorize", "oi").add("unroll", "x");
    if (stage.ints("kernel")[0] * stage.ints("kernel")[1] <= 9)
      update.add("unroll", "kx").add("unroll", "ky");
    break;
  case Algorithm::global_pool:
    update.reorder({"oi", "x", "kx", "ky"}).add("vectorize", "oi").add("unroll", "x");
    break;
  default:
    pure.add("unroll", "ob");
    update.reorder({"oi", "ob", "x", "ci", "kx", "ky", "cb"});
    update.add("vectorize", "oi").add("unroll", "x").add("unroll", "ob");
  }
  stage.setScheduleAttr(pure.get());
  stage.setUpdateAttr(update.get());
}

/// The border is laid around the whole image once: its reader visits it many times.
void KernelSchedule::schedulePad(StageOp stage) {
  Directives list = begin();
  list.add("compute_root");
  int64_t lanes = target.lanes(32);
  if (layoutOf(stage.type()).getBlock() > 1)
    list.add("vectorize", "oi");
  else if (stage.type().getDimSize(3) >= lanes)
    list.add("vectorize", "x", lanes);
  if (isWorthThreads())
    list.add("parallel", blocksOf(stage.type()) > 1 ? "ob" : "y");
  stage.setScheduleAttr(list.get());
}

void KernelSchedule::scheduleStage(StageOp stage) {
  if (hasSums(stage))
    scheduleSums(stage);
  else if (stage.getKind() == StageKind::pad)
    schedulePad(stage);
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
    llvm::Expected<TargetModel> model = TargetModel::byName(target);
    if (!model) {
      getOperation().emitError(toString(model.takeError()));
      return signalPassFailure();
    }
    for (auto kernel : getOperation().getOps<KernelOp>())
      if (!kernel.getSchedule())
        KernelSchedule(kernel, *model).write();
  }
};
} // namespace

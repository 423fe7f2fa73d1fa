//===- LowerTopology.cpp - A topology as commands -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Every operand has two slots in its memory, used in turns:
//
//   LD  loads a tile of inputs or weights   waits until the product before the last has ended
//   EX  multiplies                          waits for its tiles, its first sums for their slot
//   VX  requantises the sums                waits for the last product, and for its slot
//   ST  stores the result                   waits for VX
//
//===----------------------------------------------------------------------===//
#include "Tiling.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;
using namespace fovea::sim;

// What the fields of commands have room for (Isa.def).
static constexpr int64_t mostPlanes = 4096, rowStrides = int64_t(1) << 24,
                         planeStrides = int64_t(1) << 28;

static uint8_t maskOf(isa::Queue queue) { return uint8_t(1) << unsigned(queue); }

namespace {
/// An interval of one loop: `begin` and how much of it there is.
struct Part {
  int64_t begin, count;
};

class LayerEmitter {
public:
  LayerEmitter(const TileableLayer &layer, const Tiling &tiling, const Accelerator &machine,
               std::vector<isa::Command> &commands);
  void run();
  /// Units of DRAM that inputs, weights and results take.
  int64_t dramUnits() const { return outputAddress + layer.rows * layer.columns * layer.filters; }

private:
  struct ResultTile {
    Part rows, columns, filters;
  };
  void emitResult(const ResultTile &tile);
  void emitProduct(const ResultTile &tile, Part channels, bool isLast);
  Part inputRows(const ResultTile &tile) const;
  Part inputColumns(const ResultTile &tile) const;
  void loadInput(const ResultTile &tile, Part channels);
  void loadWeights(Part filters, Part channels);
  isa::Command multiply(const ResultTile &tile, Part channels) const;
  void storeResult(const ResultTile &tile);

  size_t add(isa::Operation operation, uint8_t wait = 0, uint8_t signal = 0) {
    commands.push_back({std::move(operation), wait, signal});
    return commands.size() - 1;
  }
  /// The command waits for a token of the earlier one, which is in another queue.
  void order(size_t earlier, size_t later) {
    commands[earlier].signal |= maskOf(queueOf(commands[later]));
    commands[later].wait |= maskOf(queueOf(commands[earlier]));
  }

  const TileableLayer &layer;
  const Tiling tiling;
  std::vector<isa::Command> &commands;
  Dataflow dataflow;
  int64_t weightAddress, outputAddress;                   ///< In DRAM; inputs begin at 0.
  std::array<uint32_t, 2> inputs, weights, results, sums; ///< Slots.
  // What the slots hold, and whose turn is next.
  std::optional<std::array<int64_t, 3>> loadedInput;
  std::optional<std::array<int64_t, 2>> loadedWeights;
  unsigned inputTurn = 1, weightTurn = 1, resultTurn = 1;
  std::array<std::optional<size_t>, 2> products, requantised, stored; ///< The last two commands.
};
} // namespace

/// A tile of [n2, n1, n0] elements, innermost last, in both memories.
static isa::Ld load(isa::Local to, int64_t from, std::array<int64_t, 3> extents,
                    std::array<int64_t, 2> strides) {
  auto [n2, n1, n0] = extents;
  if (n1 == 1 && n2 > mostPlanes) { // There may be more rows than planes.
    n1 = std::exchange(n2, 1);
    strides[1] = strides[0];
  }
  isa::Ld ld;
  ld.dst = to;
  ld.src = from;
  ld.n0 = n0;
  ld.n1 = n1;
  ld.n2 = n2;
  ld.src1 = n1 > 1 ? strides[1] : 0;
  ld.src2 = n2 > 1 ? strides[0] : 0;
  ld.dst1 = n1 > 1 ? n0 : 0;
  ld.dst2 = n2 > 1 ? n0 * n1 : 0;
  return ld;
}

LayerEmitter::LayerEmitter(const TileableLayer &layer, const Tiling &tiling,
                           const Accelerator &machine, std::vector<isa::Command> &commands)
    : layer(layer), tiling(tiling), commands(commands), dataflow(machine.dataflows.front()) {
  weightAddress = layer.height * layer.width * layer.channels;
  outputAddress = weightAddress + layer.taps() * layer.channels * layer.filters;
  TileMemory memory(machine);
  // Behind the activations' part of the scratchpad, where there are two.
  int64_t secondPart = machine.spadActivationBytes / machine.input.bytes();
  for (unsigned slot : {0, 1}) {
    inputs[slot] = slot * memory.activations;
    results[slot] = inputs[slot] + memory.wholeRows(tiling.inputElements(layer));
    weights[slot] = memory.weights ? secondPart + slot * memory.weights
                                   : results[slot] + memory.wholeRows(tiling.outputElements());
    sums[slot] = slot * memory.sums;
  }
}

/// The input's rows, or columns, that some of the result's come from. A window may lie wholly past
/// the input; then its last row stands for it.
static Part inputOf(Part results, int64_t stride, int64_t needed, int64_t whole) {
  int64_t begin = std::min(results.begin * stride, whole - 1);
  return {begin, std::min(needed, whole - begin)};
}

Part LayerEmitter::inputRows(const ResultTile &tile) const {
  return inputOf(tile.rows, layer.strideDown, layer.inputRows(tile.rows.count), layer.height);
}

Part LayerEmitter::inputColumns(const ResultTile &tile) const {
  return inputOf(tile.columns, layer.strideAcross, layer.inputColumns(tile.columns.count),
                 layer.width);
}

void LayerEmitter::loadInput(const ResultTile &tile, Part channels) {
  std::array<int64_t, 3> wanted = {tile.rows.begin, tile.columns.begin, channels.begin};
  if (loadedInput == wanted)
    return;
  loadedInput = wanted;
  inputTurn ^= 1;
  Part rows = inputRows(tile), columns = inputColumns(tile);
  int64_t pixel = layer.channels, line = layer.width * layer.channels;
  int64_t from = rows.begin * line + columns.begin * pixel + channels.begin;
  if (layer.isMatrixProduct) {
    line *= layer.strideDown;
    pixel *= layer.strideAcross;
  }
  add(load({false, inputs[inputTurn]}, from, {rows.count, columns.count, channels.count},
           {line, pixel}));
}

void LayerEmitter::loadWeights(Part filters, Part channels) {
  std::array<int64_t, 2> wanted = {filters.begin, channels.begin};
  if (loadedWeights == wanted)
    return;
  loadedWeights = wanted;
  weightTurn ^= 1;
  int64_t from = weightAddress +
                 layer.taps() * (filters.begin * layer.channels + channels.begin * filters.count);
  add(load({false, weights[weightTurn]}, from, {layer.taps(), channels.count, filters.count},
           {channels.count * filters.count, filters.count}));
}

isa::Command LayerEmitter::multiply(const ResultTile &tile, Part channels) const {
  if (layer.isMatrixProduct) {
    isa::Gemm gemm;
    gemm.a = inputs[inputTurn];
    gemm.b = weights[weightTurn];
    gemm.acc = sums[resultTurn];
    gemm.m = tile.rows.count * tile.columns.count;
    gemm.k = gemm.lda = channels.count;
    gemm.n = gemm.ldb = gemm.ldacc = tile.filters.count;
    gemm.accumulate = channels.begin > 0;
    gemm.dataflow = dataflow;
    return {gemm};
  }
  isa::Conv conv;
  conv.a = inputs[inputTurn];
  conv.b = weights[weightTurn];
  conv.acc = sums[resultTurn];
  conv.h = inputRows(tile).count;
  conv.w = inputColumns(tile).count;
  conv.c = conv.lda = channels.count;
  conv.n = conv.ldb = conv.ldacc = tile.filters.count;
  conv.kh = layer.kernelHeight;
  conv.kw = layer.kernelWidth;
  conv.sh = layer.strideDown;
  conv.sw = layer.strideAcross;
  conv.oh = tile.rows.count;
  conv.ow = tile.columns.count;
  conv.accumulate = channels.begin > 0;
  conv.dataflow = dataflow;
  return {conv};
}

void LayerEmitter::emitProduct(const ResultTile &tile, Part channels, bool isLast) {
  size_t firstLoad = commands.size();
  loadInput(tile, channels);
  loadWeights(tile.filters, channels);
  size_t loads = commands.size() - firstLoad;
  commands.push_back(multiply(tile, channels));
  size_t product = commands.size() - 1;
  if (loads) {
    order(product - 1, product);
    if (products[0])
      order(*products[0], firstLoad);
  }
  if (channels.begin == 0 && requantised[0])
    order(*requantised[0], product);
  products = {products[1], product};
  if (isLast)
    storeResult(tile);
}

void LayerEmitter::storeResult(const ResultTile &tile) {
  isa::Requantize requantize;
  requantize.src = sums[resultTurn];
  requantize.dst = results[resultTurn];
  requantize.n0 = requantize.lds = requantize.ldd = tile.filters.count;
  requantize.n1 = tile.rows.count * tile.columns.count;
  size_t quantised = add(requantize);
  order(quantised - 1, quantised);
  if (stored[0])
    order(*stored[0], quantised);
  int64_t pixel = layer.filters, line = layer.columns * layer.filters;
  isa::St st;
  st.src = {false, results[resultTurn]};
  st.dst = outputAddress + tile.rows.begin * line + tile.columns.begin * pixel + tile.filters.begin;
  // The same block as a load's, the other way.
  isa::Ld block =
      load(st.src, 0, {tile.rows.count, tile.columns.count, tile.filters.count}, {line, pixel});
  st.n0 = block.n0;
  st.n1 = block.n1;
  st.n2 = block.n2;
  st.src1 = block.dst1;
  st.src2 = block.dst2;
  st.dst1 = block.src1;
  st.dst2 = block.src2;
  size_t store = add(st);
  order(quantised, store);
  requantised = {requantised[1], quantised};
  stored = {stored[1], store};
}

/// The intervals of a loop.
static std::vector<Part> partsOf(int64_t whole, int64_t tile) {
  std::vector<Part> parts;
  for (int64_t begin = 0; begin < whole; begin += tile)
    parts.push_back({begin, std::min(tile, whole - begin)});
  return parts;
}

void LayerEmitter::emitResult(const ResultTile &tile) {
  resultTurn ^= 1;
  for (Part channels : partsOf(layer.channels, tiling.channels))
    emitProduct(tile, channels, channels.begin + channels.count == layer.channels);
}

void LayerEmitter::run() {
  std::vector<Part> filters = partsOf(layer.filters, tiling.filters);
  std::vector<ResultTile> pixels;
  for (Part rows : partsOf(layer.rows, tiling.rows))
    for (Part columns : partsOf(layer.columns, tiling.columns))
      pixels.push_back({rows, columns, {}});
  commands.reserve(commands.size() + 5 * tiling.products(layer));
  size_t outer = tiling.filtersOutermost ? filters.size() : pixels.size();
  size_t inner = tiling.filtersOutermost ? pixels.size() : filters.size();
  for (size_t i = 0; i < outer; ++i)
    for (size_t j = 0; j < inner; ++j) {
      ResultTile tile = pixels[tiling.filtersOutermost ? j : i];
      tile.filters = filters[tiling.filtersOutermost ? i : j];
      emitResult(tile);
    }
  add(isa::Fence());
}

/// Whether the distances in DRAM between pixels, and between rows of them, have room in a command.
static bool hasStrides(const TileableLayer &layer) {
  int64_t input = layer.channels * layer.strideAcross, output = layer.filters;
  int64_t inputRow = layer.width * layer.channels * layer.strideDown;
  int64_t outputRow = layer.columns * layer.filters;
  int64_t mostRow = layer.columns == 1 ? rowStrides : planeStrides;
  return std::max(input, output) < rowStrides && std::max(inputRow, outputRow) < mostRow;
}

llvm::Expected<Program> sim::lowerTopology(const Topology &topology, const Accelerator &machine) {
  constexpr int64_t mostProducts = 1 << 20, mostUnits = int64_t(1) << 32;
  Program program;
  program.machine = machine.name;
  program.input = machine.input;
  program.accumulator = machine.accumulator;
  // The scale of all layers; requantisation reads it.
  program.dramUnits = unitsOf(ElementKind::Quantization, machine);
  program.commands = {{isa::SetTable()}, {isa::Fence()}};
  int64_t products = 0;
  for (const TopologyLayer &described : topology) {
    auto fail = [&](const llvm::Twine &message) {
      return llvm::createStringError(described.location + ": error: layer '" + described.name +
                                     "': " + message);
    };
    TileableLayer layer(described);
    std::optional<Tiling> tiling = chooseTiling(layer, machine);
    if (!hasStrides(layer))
      return fail("its pixels are too far apart in DRAM for a command");
    if (!tiling)
      return fail("half of the local memories of " + machine.name +
                  " do not hold a single pixel of it");
    if (llvm::AddOverflow(products, tiling->products(layer) * described.repeat, products) ||
        products > mostProducts)
      return fail("up to here the network takes more than " + llvm::Twine(mostProducts) +
                  " products of tiles on " + machine.name);
    MatrixProduct whole = described.product();
    program.layers.push_back({described.name, described.location,
                              program.layers.empty() ? 0 : program.commands.size(), whole.pixels,
                              whole.filters, whole.window, described.repeat});
    for (int64_t i = 0; i < described.repeat; ++i) {
      LayerEmitter emitter(layer, *tiling, machine, program.commands);
      if (emitter.dramUnits() > mostUnits)
        return fail("inputs, weights and results are more than 2^32 units of DRAM");
      program.dramUnits = std::max<uint64_t>(program.dramUnits, emitter.dramUnits());
      emitter.run();
    }
  }
  program.commands.push_back({isa::Halt()});
  return program;
}

//===- PrefetchNextTest.cpp - What is asked for, and when -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Runs pipelines in which each prefetch is a call that notes its address and the turn of the loop.
//
//===----------------------------------------------------------------------===//

#include "lib/Target/Halide/PrefetchNext.h"
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <set>

using namespace Halide;
using fovea::halide::Nearest;
namespace ir = Halide::Internal;

namespace {

constexpr int64_t lineBytes = 64;
constexpr int lanes = 8, pixels = 12;

/// Addresses by the turn of the loop in which they were asked for.
std::map<int, std::vector<int64_t>> asked;
int currentTurn = -1;
/// As LLVM has it: 3 for L1, 2 for L2.
std::set<int64_t> localities;

extern "C" int noteTurn(int turn) { return currentTurn = turn; }
extern "C" int notePrefetch(void *address) {
  asked[currentTurn].push_back(reinterpret_cast<int64_t>(address));
  return 0;
}

/// Turns of the loops that end in `.loop` and prefetches become calls of the above.
class Recorder : public ir::IRMutator {
public:
  explicit Recorder(std::string loop) : ending("." + std::move(loop)) {}

private:
  using IRMutator::visit;
  ir::Stmt visit(const ir::For *op) override {
    ir::Stmt body = mutate(op->body);
    if (ir::ends_with(op->name, ending))
      body = ir::Block::make(
          ir::Evaluate::make(ir::Call::make(
              Int(32), "noteTurn", {ir::Variable::make(Int(32), op->name)}, ir::Call::Extern)),
          body);
    return ir::For::make(op->name, op->min, op->extent, op->for_type, op->partition_policy,
                         op->device_api, body);
  }
  Expr visit(const ir::Call *op) override {
    if (op->name != "llvm.prefetch.p0")
      return IRMutator::visit(op);
    // For reading, data.
    EXPECT_TRUE(is_const_zero(op->args[1]) && is_const_one(op->args[3]));
    localities.insert(*ir::as_const_int(op->args[2]));
    return ir::Call::make(Int(32), "notePrefetch", {op->args[0]}, ir::Call::Extern);
  }
  std::string ending;
};

/// A matrix product in tiles of 4 pixels by 2 vectors, each stage with names as kernels have them.
struct Product {
  static constexpr int inputs = 64, block = 16;
  ImageParam input{Float(32), 3, "input"}, weights{Float(32), 4, "weights"},
      summand{Float(32), 3, "summand"};
  Var oi{"oi"}, x{"x"}, ob{"ob"}, xo{"xo"}, xi{"xi"}, obo{"obo"}, obi{"obi"};
  RVar cbo{"cbo"}, cbi{"cbi"};
  Func sums{"sums"}, out{"out"};
  RDom r{{{0, block}, {0, inputs / block}}, "r"};
  int vectors;
  Buffer<float> inputData, weightData, summandData;

  explicit Product(int vectors)
      : vectors(vectors), inputData(block, pixels, inputs / block),
        weightData(lanes, block, inputs / block, vectors), summandData(lanes, pixels, vectors) {
    for (OutputImageParam p :
         {OutputImageParam(input), OutputImageParam(weights), OutputImageParam(summand)})
      p.set_host_alignment(lineBytes);
    // How far blocks are apart is not known, as in kernels.
    input.dim(0).set_bounds(0, block);
    input.dim(1).set_bounds(0, pixels).set_stride(block);
    int stride = 1, extents[] = {lanes, block, inputs / block, vectors};
    for (int d = 0; d < 4; ++d) {
      weights.dim(d).set_bounds(0, extents[d]).set_stride(stride);
      stride *= extents[d];
    }
    summand.dim(1).set_stride(lanes);
    summand.dim(2).set_stride(lanes * pixels);
    sums(oi, x, ob) = 0.0f;
    sums(oi, x, ob) += weights(oi, r.x, r.y, ob) * input(r.x, x, r.y);
    out(oi, x, ob) = sums(oi, x, ob) + summand(oi, x, ob);
    out.bound(oi, 0, lanes).bound(x, 0, pixels).bound(ob, 0, vectors);
    out.split(ob, obo, obi, 2).vectorize(oi).unroll(obi);
  }

  /// Sums of a tile stay in registers.
  void inTiles() {
    out.split(x, xo, xi, 4).reorder(oi, xi, obi, xo, obo).unroll(xi);
    keepSumsInRegisters();
  }

  void keepSumsInRegisters() {
    sums.compute_at(out, xo).vectorize(oi).unroll(x).unroll(ob);
    sums.update().reorder(oi, ob, x, r.x, r.y).vectorize(oi).unroll(x).unroll(ob).unroll(r.x, 8);
  }

  /// Sums of a block of channels rest between passes over blocks of inputs.
  void inPasses() {
    out.reorder(oi, obi, x, obo);
    sums.compute_at(out, obo).vectorize(oi).unroll(ob);
    sums.update()
        .split(x, xo, xi, 4)
        .split(r.y, cbo, cbi, 1)
        .reorder(oi, ob, xi, r.x, cbi, xo, cbo)
        .vectorize(oi)
        .unroll(ob)
        .unroll(xi)
        .unroll(r.x, 8);
  }

  /// Tasks are pieces of two tiles, of which the last has one.
  void inTasks() {
    Var xoo("xoo"), task("task");
    out.split(x, xo, xi, 4)
        .split(xo, xoo, xo, 2, TailStrategy::GuardWithIf)
        .reorder(oi, xi, obi, xo, xoo, obo)
        .unroll(xi)
        .fuse(xoo, obo, task)
        .never_partition(xo);
    keepSumsInRegisters();
  }

  /// Runs with a prefetch of `buffer`; notes turns of `loop`.
  void run(const std::string &buffer, const std::string &loop, Nearest nearest, int turns = 1) {
    asked.clear();
    localities.clear();
    currentTurn = -1;
    Buffer<float> result(lanes, pixels, vectors);
    for (Buffer<float> *data : {&inputData, &weightData, &summandData})
      data->fill(1);
    input.set(inputData);
    weights.set(weightData);
    summand.set(summandData);
    Pipeline pipeline(out);
    pipeline.add_custom_lowering_pass(
        new fovea::halide::PrefetchNext(buffer, loop, nearest, turns));
    pipeline.add_custom_lowering_pass(new Recorder(loop));
    pipeline.set_jit_externs(
        {{"noteTurn", JITExtern(noteTurn)}, {"notePrefetch", JITExtern(notePrefetch)}});
    pipeline.realize(result);
    EXPECT_EQ(result(0, 0, 0), inputs + 1);
    EXPECT_EQ(result(lanes - 1, pixels - 1, vectors - 1), inputs + 1);
  }
};

std::set<int64_t> linesOf(const float *begin, int64_t count) {
  std::set<int64_t> lines;
  int64_t first = reinterpret_cast<int64_t>(begin), last = first + count * 4 - 1;
  for (int64_t line = first / lineBytes; line <= last / lineBytes; ++line)
    lines.insert(line);
  return lines;
}

std::set<int64_t> linesAsked(int turn) {
  std::set<int64_t> lines;
  for (int64_t address : asked[turn])
    lines.insert(address / lineBytes);
  return lines;
}

/// Turn `turn` asks for all of `wanted`.
void expectAsked(int turn, const std::set<int64_t> &wanted) {
  std::set<int64_t> lines = linesAsked(turn);
  EXPECT_TRUE(std::includes(lines.begin(), lines.end(), wanted.begin(), wanted.end()))
      << "turn " << turn;
}

/// While tiles pass over an image, the weights of the next vectors come: 64 lines of each two.
TEST(PrefetchNext, WeightsOfTheNextTiles) {
  Product product(6);
  product.inTiles();
  product.run("weights", "obo", Nearest::L2);
  EXPECT_EQ(localities, std::set<int64_t>{2});
  ASSERT_EQ(asked.size(), 3u);
  for (int turn = 0; turn < 2; ++turn) {
    expectAsked(turn, linesOf(&product.weightData(0, 0, 0, 2 * turn + 2), 2 * 64 * lanes));
    // Of few lines besides, and of none twice.
    EXPECT_LE(asked[turn].size(), 96u) << "turn " << turn;
    EXPECT_EQ(linesAsked(turn).size(), asked[turn].size()) << "turn " << turn;
  }
}

/// Both tasks of two vectors ask for their share of the next two's weights; the second is shorter.
TEST(PrefetchNext, WeightsOfTheNextTasks) {
  Product product(4);
  product.inTasks();
  product.run("weights", "task", Nearest::L2, 2);
  std::set<int64_t> wanted = linesOf(&product.weightData(0, 0, 0, 2), 2 * 64 * lanes),
                    lines = linesAsked(0);
  lines.merge(linesAsked(1));
  std::vector<int64_t> missing;
  std::set_difference(wanted.begin(), wanted.end(), lines.begin(), lines.end(),
                      std::back_inserter(missing));
  EXPECT_LE(missing.size(), wanted.size() / 4);
  EXPECT_GE(asked[0].size(), wanted.size() / 2);
  EXPECT_LE(asked[0].size() + asked[1].size(), wanted.size());
}

/// At the end of the reduction the next channels' first block follows.
TEST(PrefetchNext, BlocksOfTheNextPass) {
  Product product(4);
  product.inPasses();
  product.run("weights", "cbo", Nearest::L2);
  // Both blocks of channels have turns 0 to 3.
  for (int turn = 0; turn < 4; ++turn) {
    std::set<int64_t> wanted;
    for (int vector = 0; vector < 2; ++vector)
      wanted.merge(turn < 3 ? linesOf(&product.weightData(0, 0, turn + 1, vector), 16 * lanes)
                            : linesOf(&product.weightData(0, 0, 0, 2 + vector), 16 * lanes));
    expectAsked(turn, wanted);
  }
}

/// Each of three tiles of 4 pixels asks into L1 for the next one's part of each block of channels.
void expectNextTiles(const Buffer<float> &data) {
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_EQ(localities, std::set<int64_t>{3});
  for (int turn = 0; turn < 2; ++turn)
    for (int block = 0; block < data.dim(2).extent(); ++block)
      expectAsked(turn, linesOf(&data(0, 4 * (turn + 1), block), 4 * data.dim(0).extent()));
}

/// What is read outside of loops is asked for inside of them.
TEST(PrefetchNext, SummandsOfTheNextTile) {
  Product product(2);
  product.inTiles();
  product.run("summand", "xo", Nearest::L1);
  expectNextTiles(product.summandData);
}

/// Blocks of channels lie apart: each turn of the loop over them asks for what that turn of the
/// next tile reads.
TEST(PrefetchNext, PixelsOfTheNextTile) {
  Product product(2);
  product.inTiles();
  product.run("input", "xo", Nearest::L1);
  expectNextTiles(product.inputData);
}

/// Nothing is asked for where there is no such loop or buffer, or where the next turn reads the
/// same again.
TEST(PrefetchNext, OnlyWhatThereIs) {
  Product product(2);
  product.inTiles();
  product.run("weights", "moon", Nearest::L2);
  EXPECT_TRUE(asked.empty());
  product.run("ocean", "obo", Nearest::L2);
  EXPECT_TRUE(asked.empty());
  product.run("weights", "xo", Nearest::L2);
  EXPECT_TRUE(asked.empty());
}

} // namespace

//===- PrefetchNext.h - What the next turn of a loop reads ------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Halide can prefetch a region all at once, as `prefetchnta`, which leaves no copy in L2. What
// comes from afar wants to be asked for at the pace at which it is used: a core waits for some
// lines at a time only. Only Halide.h is included, because the program that prints a kernel
// contains this file.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_HALIDE_PREFETCHNEXT_H
#define FOVEA_LIB_TARGET_HALIDE_PREFETCHNEXT_H

#include <Halide.h>
#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fovea::halide {

/// The caches that prefetched lines come into.
enum class Nearest { L1, L2 };

/// While a turn of `loop` runs, asks for what the next turn reads of the argument `buffer`, evenly
/// over the turns of the loops inside; or while `turns` turns run, a pass, for what the next
/// pass reads, which is what each of its turns reads. A lowering pass. Where what is read is no
/// affine function of loops of bounded extents, nothing is asked for. Behind the last turn it
/// goes on with the first one of the loop around, and at the end of all with what lies behind the
/// buffer; no prefetch faults.
class PrefetchNext : public Halide::Internal::IRMutator {
public:
  PrefetchNext(std::string buffer, const std::string &loop, Nearest nearest, int turns = 1)
      : buffer(std::move(buffer)), ending("." + loop), nearest(nearest), turnsOfPass(turns) {}

private:
  using Expr = Halide::Expr;
  using Stmt = Halide::Internal::Stmt;
  using For = Halide::Internal::For;
  using LetStmt = Halide::Internal::LetStmt;
  using Load = Halide::Internal::Load;
  using Lets = std::vector<std::pair<std::string, Expr>>;
  using IRMutator::visit;

  static constexpr int lineBytes = 64;

  /// The loads of a buffer in a statement.
  struct Loads : Halide::Internal::IRVisitor {
    const std::string &buffer;
    Lets lets; ///< Around what is visited.
    std::vector<std::pair<const Load *, Lets>> outsideLoops;
    bool inLoops = false;
    bool hasLoops = false;

    Loads(const std::string &buffer, const Lets &lets, const Stmt &body)
        : buffer(buffer), lets(lets) {
      body.accept(this);
    }
    bool none() const { return outsideLoops.empty() && !inLoops; }

    using IRVisitor::visit;
    void visit(const LetStmt *let) override {
      let->value.accept(this);
      lets.emplace_back(let->name, let->value);
      let->body.accept(this);
      lets.pop_back();
    }
    void visit(const Load *load) override {
      if (load->name == buffer && depth)
        inLoops = true;
      else if (load->name == buffer)
        outsideLoops.emplace_back(load, lets);
      IRVisitor::visit(load);
    }
    void visit(const For *loop) override {
      hasLoops = true;
      ++depth;
      IRVisitor::visit(loop);
      --depth;
    }

  private:
    int depth = 0;
  };

  /// What is read in `runs` pieces, `stride` elements apart, from `first` on, in each turn of the
  /// loop at `depth`: the loops inside go through a piece without a gap.
  struct Reads {
    size_t depth;
    Expr first;
    int64_t runs, stride;
    int64_t bytes;  ///< Of an element.
    int64_t inTurn; ///< Lines that are read without a loop, of all runs.
    int64_t lines;  ///< Lines that a turn reads, of each run.
  };

  /// Calls for the body of the loop at `depth`.
  struct Pending {
    size_t depth;
    Stmt calls;
  };

  Stmt visit(const LetStmt *let) override {
    lets.emplace_back(let->name, let->value);
    Stmt result = IRMutator::visit(let);
    lets.pop_back();
    return result;
  }

  Stmt visit(const For *loop) override {
    Loads loads(buffer, lets, loop->body);
    if (!pass)
      return Halide::Internal::ends_with(loop->name, ending) && !loads.none()
                 ? visitPass(loop, loads)
                 : visitOther(loop);
    if (!mostTurns(loop))
      return IRMutator::visit(loop);
    loops.push_back(loop);
    // What is read outside of loops is asked for in the first of them.
    if (reads && !loads.hasLoops)
      ask(*std::exchange(reads, std::nullopt));
    else if (!loads.outsideLoops.empty() && !loads.inLoops)
      if (std::optional<Reads> here = readsOf(loads))
        ask(*here);
    Stmt result = IRMutator::visit(loop);
    loops.pop_back();
    if (!pending || pending->depth != loops.size())
      return result;
    const For *made = result.as<For>();
    result = For::make(made->name, made->min, made->extent, made->for_type, made->partition_policy,
                       made->device_api, Halide::Internal::Block::make(pending->calls, made->body));
    pending.reset();
    return result;
  }

  Stmt visitOther(const For *loop) {
    loops.push_back(loop);
    Stmt result = IRMutator::visit(loop);
    loops.pop_back();
    return result;
  }

  Stmt visitPass(const For *loop, const Loads &loads) {
    pass = loops.size();
    loops.push_back(loop);
    if (!loads.inLoops)
      reads = readsOf(loads);
    Stmt result = IRMutator::visit(loop);
    loops.pop_back();
    reads.reset();
    pass.reset();
    return result;
  }

  Expr variable(size_t depth) const {
    return Halide::Internal::Variable::make(Halide::Int(32), loops[depth]->name);
  }
  /// The last piece of an image may have fewer tiles.
  std::optional<int64_t> mostTurns(const For *loop) const {
    Expr most =
        find_constant_bound(inlined(loop->extent, lets), Halide::Internal::Direction::Upper);
    return most.defined() ? Halide::Internal::as_const_int(most) : std::nullopt;
  }
  int64_t extent(size_t depth) const { return *mostTurns(loops[depth]); }

  static Expr inlined(Expr value, const Lets &lets) {
    for (size_t i = lets.size(); i-- > 0;)
      value = substitute(lets[i].first, lets[i].second, value);
    return value;
  }

  /// The index of a load's first element as a function of loops alone; undefined for one whose
  /// elements do not lie side by side.
  static Expr indexOf(const Load *load, const Lets &lets) {
    const auto *ramp = load->index.as<Halide::Internal::Ramp>();
    if (ramp ? !is_const_one(ramp->stride) || ramp->base.type().is_vector()
             : load->index.type().is_vector())
      return Expr();
    return inlined(ramp ? ramp->base : load->index, lets);
  }

  /// `index` in the first turn of all loops from `depth` on.
  Expr atBegin(Expr index, size_t depth) const {
    for (size_t i = depth; i < loops.size(); ++i)
      index = substitute(loops[i]->name, loops[i]->min, index);
    return index;
  }

  static std::optional<int64_t> difference(const Expr &a, const Expr &b) {
    if (!a.defined() || !b.defined())
      return std::nullopt;
    return Halide::Internal::as_const_int(Halide::Internal::simplify(a - b));
  }

  /// How far a turn of the loop at `depth` moves `index`, all loops inside at their begin.
  std::optional<int64_t> step(const Expr &index, size_t depth) const {
    Expr begin = atBegin(index, depth + 1);
    return difference(substitute(loops[depth]->name, variable(depth) + 1, begin), begin);
  }

  /// Nothing if the loads are not pieces at constant distances, or if the next turn's are the same.
  std::optional<Reads> readsOf(const Loads &loads) const {
    const Halide::Type type = loads.outsideLoops[0].first->type;
    int64_t lanes = type.lanes(), line = lineBytes / type.bytes();
    Expr first = indexOf(loads.outsideLoops[0].first, loads.outsideLoops[0].second);
    std::vector<int64_t> offsets;
    for (const auto &[load, around] : loads.outsideLoops) {
      std::optional<int64_t> offset = difference(indexOf(load, around), first);
      if (!offset)
        return std::nullopt;
      offsets.push_back(*offset);
    }
    std::sort(offsets.begin(), offsets.end());
    offsets.erase(std::unique(offsets.begin(), offsets.end()), offsets.end());
    int64_t inRun = 1, count = static_cast<int64_t>(offsets.size());
    while (inRun < count && offsets[inRun] == offsets[inRun - 1] + lanes)
      ++inRun;
    int64_t runs = count / inRun, elements = inRun * lanes;
    int64_t stride = runs > 1 ? offsets[inRun] - offsets[0] : 0;
    int64_t inTurn = runs * ((elements + line - 1) / line);
    first += static_cast<int>(offsets[0]);
    Expr begin = atBegin(first, *pass + 1);
    if (difference(substitute(loops[*pass]->name, variable(*pass) + turnsOfPass, begin), begin) ==
        0)
      return std::nullopt;
    size_t depth = loops.size() - 1;
    for (; depth > *pass; --depth) {
      std::optional<int64_t> moved = step(first, depth);
      if (moved != 0 && moved != elements)
        break;
      elements *= *moved ? extent(depth) : 1;
    }
    if (depth > *pass && depth + 1 == loops.size())
      return std::nullopt;
    int64_t lines = (elements + line - 1) / line;
    // Runs that meet are one.
    if (stride == elements)
      return Reads{depth, first, 1, 0, type.bytes(), inTurn, lines * runs};
    return Reads{depth, first, runs, stride, type.bytes(), inTurn, lines};
  }

  /// The present turn of the loop of passes, from its begin.
  Expr turnOfLoop() const { return variable(*pass) - loops[*pass]->min; }

  /// Where the next pass begins to read what this one reads in the present turn of the loop at
  /// `inside`.
  Expr nextBegin(const Expr &first, size_t inside) const {
    Expr begin = atBegin(first, inside + 1);
    Expr next = (turnOfLoop() / turnsOfPass + 1) * turnsOfPass;
    Expr isLast = next >= loops[*pass]->extent;
    next = substitute(loops[*pass]->name, next + loops[*pass]->min, begin);
    for (size_t depth = *pass; depth-- > 0;)
      if (step(first, depth) != 0) {
        Expr around = substitute(loops[*pass]->name, loops[*pass]->min, begin);
        around = substitute(loops[depth]->name, variable(depth) + 1, around);
        return select(isLast, around, next);
      }
    return next;
  }

  /// Puts calls into the outermost loop whose turns are enough for one of each run. Where that were
  /// more than one for two lines that are read, there are none: so many at once only wait for each
  /// other. So it is in the last tile of an image, which stands outside of the loop over tiles.
  void ask(const Reads &reads) {
    size_t depth = reads.depth;
    int64_t turns = turnsOfPass;
    Expr turn = turnOfLoop() % turnsOfPass;
    do {
      ++depth;
      turns *= extent(depth);
      turn = turn * static_cast<int>(extent(depth)) + (variable(depth) - loops[depth]->min);
    } while (depth + 1 < loops.size() && turns < reads.lines);
    int64_t perTurn = (reads.lines + turns - 1) / turns, read = reads.inTurn;
    for (size_t inside = depth + 1; inside < loops.size(); ++inside)
      read *= extent(inside);
    if (2 * perTurn * reads.runs > read)
      return;
    Expr begin = nextBegin(reads.first, reads.depth);
    std::vector<Stmt> calls;
    for (int64_t i = 0; i < perTurn; ++i)
      for (int64_t run = 0; run < reads.runs; ++run) {
        Expr element = begin + static_cast<int>(run * reads.stride);
        Expr line = turn * static_cast<int>(perTurn) + static_cast<int>(i);
        calls.push_back(call(element * static_cast<int>(reads.bytes) + line * lineBytes));
      }
    pending = Pending{depth, Halide::Internal::Block::make(calls)};
  }

  /// prefetch(address, for reading, locality, data)
  Stmt call(const Expr &bytes) const {
    using Halide::Internal::Call;
    Expr base = Halide::Internal::Variable::make(Halide::Handle(), buffer);
    Expr address = Halide::reinterpret(Halide::UInt(64), base) +
                   Halide::cast<uint64_t>(Halide::Internal::simplify(bytes));
    return Halide::Internal::Evaluate::make(Call::make(
        Halide::Int(32), "llvm.prefetch.p0",
        {Halide::reinterpret(Halide::Handle(), address), 0, nearest == Nearest::L1 ? 3 : 2, 1},
        Call::Extern));
  }

  std::string buffer, ending;
  Nearest nearest;
  int turnsOfPass;
  Lets lets;
  std::vector<const For *> loops; ///< Around the statement that is visited.
  std::optional<size_t> pass;     ///< The place of the loop among them.
  std::optional<Reads> reads;     ///< Of the pass, outside of loops, not asked for yet.
  std::optional<Pending> pending;
};

} // namespace fovea::halide

#endif

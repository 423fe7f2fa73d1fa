//===- Scratch.cpp - Memory that a kernel asks for while it runs *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Scratch.h"
#include "Emitter.h"
#include <algorithm>
#include <optional>

namespace fovea::halide {

using namespace Halide::Internal;

namespace {
/// Large allocations in stack memory come from halide_malloc too, but are kept until their function
/// returns; the others live as long as their Allocate node. The body of a parallel loop is a
/// function of its own, and one thread may run it below the function that starts the loop.
class ScratchVisitor : public IRVisitor {
public:
  int64_t peak() const { return held + mostNested; }

private:
  using IRVisitor::visit;

  void visit(const LetStmt *op) override;
  void visit(const Allocate *op) override;
  void visit(const For *op) override;
  Interval rangeOf(const Halide::Expr &value) const;
  int64_t mostElements(const Allocate *op) const;
  int64_t blockBytes(const Allocate *op) const;

  Halide::Internal::Scope<Interval> ranges; ///< Of the variables around.

  int64_t held = 0;   ///< Kept until the function returns.
  int64_t nested = 0; ///< Of the Allocate nodes around.
  int64_t mostNested = 0;
};
} // namespace

/// What code generation puts into registers or on the machine's stack: see
/// `can_allocation_fit_on_stack` of Halide.
static bool needsNoMemory(const Allocate *op, int64_t bytes) {
  if (op->memory_type == Halide::MemoryType::Heap)
    return false;
  return op->memory_type == Halide::MemoryType::Register || can_allocation_fit_on_stack(bytes);
}

/// A piece of a padded image has more rows in some turns than in others.
int64_t ScratchVisitor::mostElements(const Allocate *op) const {
  int64_t elements = 1;
  for (const Halide::Expr &extent : op->extents) {
    Halide::Expr most = find_constant_bound(extent, Direction::Upper, ranges);
    std::optional<int64_t> number = most.defined() ? as_const_int(most) : std::nullopt;
    if (!number || *number < 0 || __builtin_mul_overflow(elements, *number, &elements) ||
        elements > INT32_MAX)
      throw PlanError("the size of the intermediate '" + op->name + "' has no bound");
  }
  return elements;
}

int64_t ScratchVisitor::blockBytes(const Allocate *op) const {
  constexpr int64_t unit = 128;
  // Code generation adds room to load three elements past the end.
  constexpr int64_t overread = 3;
  if (op->extents.empty())
    return 0;
  int64_t bytes = mostElements(op) * op->type.bytes();
  if (op->constant_allocation_size() && needsNoMemory(op, bytes))
    return 0;
  bytes += (overread + op->padding) * op->type.bytes();
  return ceilDivide(bytes, unit) * unit + unit;
}

Interval ScratchVisitor::rangeOf(const Halide::Expr &value) const {
  Interval range = bounds_of_expr_in_scope(value, ranges);
  if (range.has_lower_bound())
    range.min = simplify(range.min);
  if (range.has_upper_bound())
    range.max = simplify(range.max);
  return range;
}

void ScratchVisitor::visit(const LetStmt *op) {
  ScopedBinding<Interval> range(ranges, op->name, rangeOf(op->value));
  IRVisitor::visit(op);
}

void ScratchVisitor::visit(const Allocate *op) {
  int64_t bytes = blockBytes(op);
  if (op->memory_type == Halide::MemoryType::Stack) {
    held += bytes;
    IRVisitor::visit(op);
    return;
  }
  nested += bytes;
  mostNested = std::max(mostNested, nested);
  IRVisitor::visit(op);
  nested -= bytes;
}

void ScratchVisitor::visit(const For *op) {
  Interval range(rangeOf(op->min).min, rangeOf(op->min + op->extent - 1).max);
  ScopedBinding<Interval> binding(ranges, op->name, range);
  if (!op->is_unordered_parallel()) {
    op->body.accept(this);
    return;
  }
  ScratchVisitor task;
  task.ranges.set_containing_scope(&ranges);
  op->body.accept(&task);
  mostNested = std::max(mostNested, nested + task.peak());
}

int64_t scratchBytes(const Stmt &body) {
  ScratchVisitor visitor;
  body.accept(&visitor);
  return visitor.peak();
}

} // namespace fovea::halide

//===- Softmax.cpp - Softmax along an axis ----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"

namespace fovea::halide {

/// exp(x - max) / sum(exp(x - max)): no exponential overflows, and the sum is at least 1. Maximum
/// and sum are one value per line along the axis, so both are computed for all lines before the
/// result.
void defineSoftmax(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  stage.expectShape(input.shape);
  int64_t axis = stage.ints("axis", 1, {1})[0];
  if (axis > 3)
    stage.fail("'axis' is from 0 to 3");
  Emitter &emitter = stage.emitter;
  const std::vector<Loop> &all = stage.definition.arguments; // oi, x, y, ob, n
  Lane same = stage.sameLane(input);
  const std::vector<Loop> lines[] = {{all[0], all[1], all[2], all[3]},
                                     {all[1], all[2], all[4]},
                                     {all[0], all[1], all[3], all[4]},
                                     {all[0], all[2], all[3], all[4]}};
  auto valueAt = [&](const Term &i) {
    Lane lane = axis == 1 ? stage.lane(input, i) : same;
    return input.at({lane.ci, axis == 3 ? i : stage.x, axis == 2 ? i : stage.y, lane.cb,
                     axis == 0 ? i : stage.n});
  };

  Definition largest = emitter.declare(stage.definition.identifier + "_max", lines[axis]);
  emitter.definePure(largest, Term(Halide::Float(32).min(), "Float(32).min()"));
  Term i = emitter.reduce(largest, {{"c", input.shape[axis]}})[0];
  emitter.updateMax(largest, valueAt(i));
  emitter.computeRoot(largest);

  Definition sum = emitter.declare(stage.definition.identifier + "_sum", lines[axis]);
  emitter.definePure(sum, Term::real(0));
  i = emitter.reduce(sum, {{"c", input.shape[axis]}})[0];
  emitter.updateSum(sum, exp(valueAt(i) - largest.self()));
  emitter.computeRoot(sum);

  Term value = exp(stage.load(input, same, stage.x, stage.y) - largest.self()) / sum.self();
  emitter.definePure(stage.definition, stage.zeroPastEnd(value));
}

} // namespace fovea::halide

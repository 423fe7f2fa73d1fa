//===- Softmax.cpp - Softmax over channels ----------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"

namespace fovea::halide {

/// exp(x - max) / sum(exp(x - max)): no exponential overflows, and the sum is at least 1. Maximum
/// and sum are one value per pixel, so both are computed for all pixels before the result.
void defineSoftmax(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  stage.expectShape(input.shape);
  Emitter &emitter = stage.emitter;
  const std::vector<Loop> &all = stage.definition.arguments;
  std::vector<Loop> pixel = {all[1], all[2], all[4]};
  auto channelAt = [&](const Term &c) {
    return stage.load(input, stage.lane(input, c), stage.x, stage.y);
  };

  Definition largest = emitter.declare(stage.definition.identifier + "_max", pixel);
  emitter.definePure(largest, Term(Halide::Float(32).min(), "Float(32).min()"));
  Term c = emitter.reduce(largest, {{"c", stage.channels()}})[0];
  emitter.updateMax(largest, channelAt(c));
  emitter.computeRoot(largest);

  Definition sum = emitter.declare(stage.definition.identifier + "_sum", pixel);
  emitter.definePure(sum, Term::real(0));
  c = emitter.reduce(sum, {{"c", stage.channels()}})[0];
  emitter.updateSum(sum, exp(channelAt(c) - largest.self()));
  emitter.computeRoot(sum);

  Term value =
      exp(stage.load(input, stage.sameLane(input), stage.x, stage.y) - largest.self()) / sum.self();
  emitter.definePure(stage.definition, stage.zeroPastEnd(value));
}

} // namespace fovea::halide

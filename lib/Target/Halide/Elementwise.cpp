//===- Elementwise.cpp - Activations, sums and scales -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Zero stays zero in the lanes past the last channel for all of these but sigmoid.
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

namespace fovea::halide {

static Term operand(const StageEmitter &stage, unsigned index) {
  return stage.same(stage.tensor(index));
}

void defineRelu(StageEmitter &stage) {
  stage.emitter.definePure(stage.definition, max(operand(stage, 0), Term::real(0)));
}

void defineRelu6(StageEmitter &stage) {
  stage.emitter.definePure(stage.definition,
                           min(max(operand(stage, 0), Term::real(0)), Term::real(6)));
}

/// tanh(x) = 1 - 2 / (e^2x + 1): exactly 0 at 0, and right where e^2x is 0 or infinite. Its
/// absolute error is that of a float near 1.
void defineTanh(StageEmitter &stage) {
  Term x = operand(stage, 0);
  Term one = Term::real(1), two = Term::real(2);
  stage.emitter.definePure(stage.definition, one - two / (exp(x * two) + one));
}

void defineSigmoid(StageEmitter &stage) {
  Term one = Term::real(1);
  Term value = one / (one + exp(Term::real(0) - operand(stage, 0)));
  stage.emitter.definePure(stage.definition, stage.zeroPastEnd(value));
}

void defineAdd(StageEmitter &stage) {
  stage.emitter.definePure(stage.definition, operand(stage, 0) + operand(stage, 1));
}

void defineChannelAffine(StageEmitter &stage) {
  Term value = operand(stage, 0) * stage.vector(1);
  stage.emitter.definePure(stage.definition,
                           stage.operandCount() == 3 ? value + stage.vector(2) : value);
}

} // namespace fovea::halide

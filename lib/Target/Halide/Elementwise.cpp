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

/// gelu(x) = max(x, 0) - a erfc(a / sqrt(2)) / 2 with a = |x|: nothing cancels, and 0 stays 0. erfc
/// by Abramowitz and Stegun 7.1.26, error 1.5e-7; from 12 on the product is 0.
void defineGelu(StageEmitter &stage) {
  Term x = operand(stage, 0), zero = Term::real(0), one = Term::real(1);
  Term a = min(max(x, zero - x), Term::real(12));
  Term z = a * Term::real(0.70710678f);
  Term t = one / (one + z * Term::real(0.3275911f));
  Term polynomial = Term::real(1.061405429f);
  for (float coefficient : {-1.453152027f, 1.421413741f, -0.284496736f, 0.254829592f})
    polynomial = polynomial * t + Term::real(coefficient);
  Term tail = Term::real(0.5f) * t * polynomial * exp(zero - z * z);
  stage.emitter.definePure(stage.definition, max(x, zero) - a * tail);
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

//===- Pool.cpp - Pooling ---------------------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include <algorithm>
#include <limits>

namespace fovea::halide {

namespace {
/// One axis of a window: output pixel o sees input pixels o*stride - before + k*dilation.
struct Axis {
  int64_t input, output, kernel, stride, dilation, before, after;

  int64_t lastStart() const { return (output - 1) * stride - before; }
  /// How far the last window reaches past the input; more than `after` where sizes were rounded up.
  int64_t overhang() const {
    return std::max<int64_t>(0, lastStart() + dilation * (kernel - 1) + 1 - input);
  }
  Term start(const Term &o) const { return o * stride - before; }
};

struct Window {
  Axis y, x;
  explicit Window(const StageEmitter &stage);
  Border reach() const { return {y.before, x.before, y.overhang(), x.overhang()}; }
};
} // namespace

Window::Window(const StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  std::vector<int64_t> kernel = stage.ints("kernel", 2), stride = stage.ints("stride", 2),
                       padding = stage.ints("padding", 4, {0, 0, 0, 0}),
                       dilation = stage.ints("dilation", 2, {1, 1});
  y = {input.shape[2], stage.height(), kernel[0], stride[0], dilation[0], padding[0], padding[2]};
  x = {input.shape[3], stage.width(), kernel[1], stride[1], dilation[1], padding[1], padding[3]};
  for (const Axis &axis : {y, x}) {
    if (axis.kernel < 1 || axis.stride < 1 || axis.dilation < 1)
      stage.fail("kernel, stride and dilation are positive");
    if (axis.before * 2 > axis.kernel || axis.after * 2 > axis.kernel)
      stage.fail("padding is at most half the kernel");
    if (axis.lastStart() >= axis.input)
      stage.fail("a window starts past the end of the input");
  }
}

void defineMaxPool(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  Window window(stage);
  Term lowest(Halide::Float(32).min(), "Float(32).min()");
  stage.emitter.definePure(stage.definition, lowest);
  std::vector<Term> r =
      stage.emitter.reduce(stage.definition, {{"kx", window.x.kernel}, {"ky", window.y.kernel}});
  Term x = window.x.start(stage.x) + r[0] * window.x.dilation;
  Term y = window.y.start(stage.y) + r[1] * window.y.dilation;
  Lane lane = stage.sameLane(input);
  if (window.x.dilation == 1 && window.y.dilation == 1) {
    // The nearest pixel of the image is in the same window, so looking at it once more changes
    // nothing.
    Border reach = window.reach();
    x = reach.left + reach.right ? clamp(x, 0, window.x.input - 1) : x;
    y = reach.top + reach.bottom ? clamp(y, 0, window.y.input - 1) : y;
    Term value = stage.load(input, lane, x, y);
    stage.emitter.updateMax(stage.definition, stage.zeroPastEnd(input, value));
  } else {
    Term value = loadOr(stage, input, lane, x, y, window.reach(), lowest);
    stage.emitter.updateMax(stage.definition, stage.zeroPastEnd(input, value));
  }
}

/// How many pixels of the window at `o` count: those in the image, or in the padded image.
static Term counted(const Axis &axis, const Term &o, bool includePadding) {
  int64_t first = includePadding ? -axis.before : 0;
  int64_t end = axis.input + (includePadding ? axis.after : 0);
  bool clippedBefore = -axis.before < first;
  bool clippedAfter = axis.lastStart() + axis.kernel > end;
  Term from = clippedBefore ? max(axis.start(o), first) : axis.start(o);
  Term to = axis.start(o) + axis.kernel;
  if (!clippedBefore && !clippedAfter)
    return axis.kernel;
  return (clippedAfter ? min(to, end) : to) - from;
}

void defineAvgPool(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  Window window(stage);
  if (window.x.dilation != 1 || window.y.dilation != 1)
    stage.fail("average pooling has no dilation");
  bool includePadding = stage.ints("count_include_pad", 1, {1})[0] != 0;
  Term count =
      counted(window.y, stage.y, includePadding) * counted(window.x, stage.x, includePadding);
  // Multiplying each tap keeps the stage one Func; the compiler takes the factor out of the loop.
  Term factor = count.constant() ? Term::real(1.0f / static_cast<float>(*count.constant()))
                                 : Term::real(1) / toFloat(count);

  stage.emitter.definePure(stage.definition, Term::real(0));
  std::vector<Term> r =
      stage.emitter.reduce(stage.definition, {{"kx", window.x.kernel}, {"ky", window.y.kernel}});
  Term value = loadOr(stage, input, stage.sameLane(input), window.x.start(stage.x) + r[0],
                      window.y.start(stage.y) + r[1], window.reach(), Term::real(0));
  stage.emitter.updateSum(stage.definition, stage.zeroPastEnd(input, value) * factor);
}

/// Every pixel of the operand, in the channel asked for.
static Term anyPixel(StageEmitter &stage, const Source &input) {
  stage.expectShape({input.shape[0], input.shape[1], 1, 1});
  std::vector<Term> r =
      stage.emitter.reduce(stage.definition, {{"kx", input.shape[3]}, {"ky", input.shape[2]}});
  return stage.zeroPastEnd(input, stage.load(input, stage.sameLane(input), r[0], r[1]));
}

void defineGlobalAvgPool(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  float factor = 1.0f / static_cast<float>(input.shape[2] * input.shape[3]);
  stage.emitter.definePure(stage.definition, Term::real(0));
  Term value = anyPixel(stage, input);
  stage.emitter.updateSum(stage.definition, value * Term::real(factor));
}

void defineGlobalMaxPool(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  stage.emitter.definePure(stage.definition, Term(Halide::Float(32).min(), "Float(32).min()"));
  stage.emitter.updateMax(stage.definition, anyPixel(stage, input));
}

} // namespace fovea::halide

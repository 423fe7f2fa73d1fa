//===- Move.cpp - Stages that compute nothing -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"

namespace fovea::halide {

void definePad(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  Border border = Border::of(stage);
  std::vector<int64_t> stride = stage.ints("stride", 2);
  auto extent = [&](int axis, int64_t padding) {
    return stage.outputExtent(input.shape[2 + axis], padding, 1, stride[axis], 1);
  };
  stage.expectShape({input.shape[0], input.shape[1], extent(0, border.top + border.bottom),
                     extent(1, border.left + border.right)});
  Term value = loadOr(stage, input, stage.sameLane(input), stage.x * stride[1] - border.left,
                      stage.y * stride[0] - border.top, border, Term::real(0));
  stage.emitter.definePure(stage.definition, stage.zeroPastEnd(input, value));
}

void defineCopy(StageEmitter &stage) {
  stage.emitter.definePure(stage.definition, stage.same(stage.tensor(0)));
}

/// A constant table says how far each channel moves, so one kernel serves every set of offsets.
void defineSpatialShift(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  stage.expectShape(input.shape);
  const Source &offsets = stage.constant(1, {stage.channels(), 2}, plan::DType::I32);
  Term c = stage.channels() % stage.stage.block ? min(stage.channel(), stage.channels() - 1)
                                                : stage.channel();
  Border anywhere = {1, 1, 1, 1};
  Term value = loadOr(stage, input, stage.sameLane(input), stage.x + offsets.at({1, c}),
                      stage.y + offsets.at({0, c}), anywhere, Term::real(0));
  stage.emitter.definePure(stage.definition, stage.zeroPastEnd(value));
}

/// Channel i*groups + g of the result is channel g*(C/groups) + i of the input.
void defineChannelShuffle(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  stage.expectShape(input.shape);
  int64_t groups = stage.ints("groups", 1)[0];
  if (groups < 1 || stage.channels() % groups)
    stage.fail("groups must divide the channels");
  Term c = stage.channels() % stage.stage.block ? min(stage.channel(), stage.channels() - 1)
                                                : stage.channel();
  Lane lane = stage.lane(input, c % groups * (stage.channels() / groups) + c / groups);
  stage.emitter.definePure(stage.definition,
                           stage.zeroPastEnd(stage.load(input, lane, stage.x, stage.y)));
}

/// Row (c*kh + ky)*kw + kx of the result, at pixel p = oy*OW + ox, is what the tap (ky, kx) of
/// channel c sees there.
void defineIm2Col(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  Border border = Border::of(stage);
  std::vector<int64_t> kernel = stage.ints("kernel", 2), stride = stage.ints("stride", 2, {1, 1}),
                       dilation = stage.ints("dilation", 2, {1, 1});
  int64_t height = stage.outputExtent(input.shape[2], border.top + border.bottom, kernel[0],
                                      stride[0], dilation[0]);
  int64_t width = stage.outputExtent(input.shape[3], border.left + border.right, kernel[1],
                                     stride[1], dilation[1]);
  stage.expectShape({input.shape[0], input.shape[1] * kernel[0] * kernel[1], 1, height * width});

  Term row = stage.channels() % stage.stage.block ? min(stage.channel(), stage.channels() - 1)
                                                  : stage.channel();
  Term kx = row % kernel[1], ky = row / kernel[1] % kernel[0];
  Lane lane = stage.lane(input, row / (kernel[0] * kernel[1]));
  Term value =
      loadOr(stage, input, lane, stage.x % width * stride[1] + kx * dilation[1] - border.left,
             stage.x / width * stride[0] + ky * dilation[0] - border.top, border, Term::real(0));
  stage.emitter.definePure(stage.definition, stage.zeroPastEnd(value));
}

} // namespace fovea::halide

//===- Conv.cpp - Convolutions ----------------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"

namespace fovea::halide {

namespace {
/// A convolution's numbers, checked against its shapes, and the pixel of the input that a tap sees.
struct Geometry {
  int64_t kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, groups;
  /// Output width of a flattened stage, whose x counts all pixels row by row; else 0.
  int64_t flat;
  Border border;

  Geometry(const StageEmitter &stage, const Source &input);
  Term inputX(const StageEmitter &stage, const Term &kx) const;
  Term inputY(const StageEmitter &stage, const Term &ky) const;
};
} // namespace

Geometry::Geometry(const StageEmitter &stage, const Source &input) : border(Border::of(stage)) {
  std::vector<int64_t> kernel = stage.ints("kernel", 2), stride = stage.ints("stride", 2, {1, 1}),
                       dilation = stage.ints("dilation", 2, {1, 1});
  kernelHeight = kernel[0], kernelWidth = kernel[1];
  strideY = stride[0], strideX = stride[1];
  dilationY = dilation[0], dilationX = dilation[1];
  groups = stage.ints("groups", 1, {1})[0];
  flat = stage.ints("flat", 1, {0})[0];
  if (groups < 1 || input.shape[1] % groups || stage.channels() % groups)
    stage.fail("groups must divide the channels");

  int64_t height = stage.outputExtent(input.shape[2], border.top + border.bottom, kernelHeight,
                                      strideY, dilationY);
  int64_t width = stage.outputExtent(input.shape[3], border.left + border.right, kernelWidth,
                                     strideX, dilationX);
  if (flat && flat != width)
    stage.fail("expected 'flat' to be the output width " + std::to_string(width));
  int64_t batch = stage.stage.shape[0], channels = stage.channels();
  stage.expectShape(flat ? std::vector<int64_t>{batch, channels, 1, height * width}
                         : std::vector<int64_t>{batch, channels, height, width});
}

Term Geometry::inputX(const StageEmitter &stage, const Term &kx) const {
  Term column = flat ? stage.x % flat : stage.x;
  return column * strideX + kx * dilationX - border.left;
}

Term Geometry::inputY(const StageEmitter &stage, const Term &ky) const {
  Term row = flat ? stage.x / flat : stage.y;
  return row * strideY + ky * dilationY - border.top;
}

static Term bias(const StageEmitter &stage) {
  return stage.operandCount() == 3 ? stage.vector(2) : Term::real(0);
}

/// The packed weight, [ob, cb, ky, kx, ci, oi]; ci is as wide as the weight says.
static const Source &packedWeight(const StageEmitter &stage, int64_t inputs, int64_t height,
                                  int64_t width, int64_t &inBlock) {
  inBlock = stage.packedInBlock(1);
  return stage.constant(
      1, {stage.blocks(), ceilDivide(inputs, inBlock), height, width, inBlock, stage.stage.block});
}

/// Where input channel cb*inBlock + ci of the output channel's group lies. Past the group's last
/// channel the weight is zero; what is read there must only exist.
static Lane groupLane(const StageEmitter &stage, const Source &input, int64_t groups,
                      int64_t inBlock, const Term &ci, const Term &cb) {
  int64_t inputs = input.shape[1] / groups, outputs = stage.channels() / groups;
  bool wholeBlocks = inBlock == input.block && (groups == 1 || inputs % inBlock == 0);
  if (groups == 1 && wholeBlocks)
    return {ci, cb};
  Term group = 0;
  if (groups > 1) {
    bool oneGroupPerBlock = outputs % stage.stage.block == 0;
    group = oneGroupPerBlock ? stage.ob / (outputs / stage.stage.block)
                             : min(stage.channel() / outputs, groups - 1);
  }
  if (wholeBlocks)
    return {ci, group * (inputs / inBlock) + cb};
  Term member = cb * inBlock + ci;
  if (inputs % inBlock != 0)
    member = min(member, inputs - 1);
  return stage.lane(input, group * inputs + member);
}

void defineConv(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  Geometry geometry(stage, input);
  int64_t inputs = input.shape[1] / geometry.groups, inBlock;
  const Source &weight =
      packedWeight(stage, inputs, geometry.kernelHeight, geometry.kernelWidth, inBlock);

  stage.emitter.definePure(stage.definition, bias(stage));
  std::vector<Term> r = stage.emitter.reduce(stage.definition, {{"ci", inBlock},
                                                                {"kx", geometry.kernelWidth},
                                                                {"ky", geometry.kernelHeight},
                                                                {"cb", weight.shape[1]}});
  const Term &ci = r[0], &kx = r[1], &ky = r[2], &cb = r[3];
  Lane lane = groupLane(stage, input, geometry.groups, inBlock, ci, cb);
  Term value = loadOr(stage, input, lane, geometry.inputX(stage, kx), geometry.inputY(stage, ky),
                      geometry.border, Term::real(0));
  stage.emitter.updateSum(stage.definition,
                          weight.at({stage.oi, ci, kx, ky, cb, stage.ob}) * value);
}

void defineDepthwise(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  Geometry geometry(stage, input);
  if (geometry.groups != input.shape[1])
    stage.fail("a depthwise convolution has one group per input channel");
  const Source &weight = stage.constant(
      1, {stage.blocks(), geometry.kernelHeight, geometry.kernelWidth, stage.stage.block});
  int64_t multiplier = stage.channels() / input.shape[1];
  Lane lane = multiplier == 1
                  ? stage.sameLane(input)
                  : stage.lane(input, min(stage.channel() / multiplier, input.shape[1] - 1));

  stage.emitter.definePure(stage.definition, bias(stage));
  std::vector<Term> r = stage.emitter.reduce(
      stage.definition, {{"kx", geometry.kernelWidth}, {"ky", geometry.kernelHeight}});
  Term value = loadOr(stage, input, lane, geometry.inputX(stage, r[0]),
                      geometry.inputY(stage, r[1]), geometry.border, Term::real(0));
  stage.emitter.updateSum(stage.definition, weight.at({stage.oi, r[0], r[1], stage.ob}) * value);
}

void defineLinear(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  stage.expectShape({stage.stage.shape[0], stage.channels(), 1, 1});
  int64_t inputs = input.shape[1], inBlock;
  const Source &weight = packedWeight(stage, inputs, input.shape[2], input.shape[3], inBlock);

  stage.emitter.definePure(stage.definition, bias(stage));
  std::vector<Term> r = stage.emitter.reduce(
      stage.definition,
      {{"ci", inBlock}, {"kx", input.shape[3]}, {"ky", input.shape[2]}, {"cb", weight.shape[1]}});
  Lane lane = groupLane(stage, input, 1, inBlock, r[0], r[3]);
  stage.emitter.updateSum(stage.definition,
                          weight.at({stage.oi, r[0], r[1], r[2], r[3], stage.ob}) *
                              stage.load(input, lane, r[1], r[2]));
}

void defineMatmul(StageEmitter &stage) {
  const Source &columns = stage.tensor(0);
  if (columns.shape[2] != 1 || columns.shape[3] != stage.height() * stage.width())
    stage.fail("expected columns of " + std::to_string(stage.height() * stage.width()) + " pixels");
  int64_t rows = columns.shape[1], inBlock;
  const Source &weight = packedWeight(stage, rows, 1, 1, inBlock);

  stage.emitter.definePure(stage.definition, bias(stage));
  std::vector<Term> r = stage.emitter.reduce(
      stage.definition, {{"ci", inBlock}, {"kx", 1}, {"ky", 1}, {"cb", weight.shape[1]}});
  Lane lane = groupLane(stage, columns, 1, inBlock, r[0], r[3]);
  Term pixel = stage.height() == 1 ? stage.x : stage.y * stage.width() + stage.x;
  stage.emitter.updateSum(stage.definition,
                          weight.at({stage.oi, r[0], r[1], r[2], r[3], stage.ob}) *
                              stage.load(columns, lane, pixel, 0));
}

} // namespace fovea::halide

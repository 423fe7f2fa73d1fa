//===- StageEmitter.cpp - One stage while it is defined ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Text.h"
#include "llvm/ADT/StringRef.h"

namespace fovea::halide {

StageEmitter::StageEmitter(Emitter &emitter, const plan::Stage &stage,
                           std::vector<const Source *> operands, Definition &definition)
    : emitter(emitter), stage(stage), definition(definition), oi(definition.arguments[0].term()),
      x(definition.arguments[1].term()), y(definition.arguments[2].term()),
      ob(definition.arguments[3].term()), n(definition.arguments[4].term()),
      operands(std::move(operands)) {}

void StageEmitter::fail(const std::string &message) const {
  throw PlanError("stage '" + stage.name + "': " + message);
}

const Source &StageEmitter::tensor(unsigned index, bool bytes) const {
  const Source &source = *operands[index];
  if (source.constant || source.shape[0] != stage.shape[0])
    fail("operand " + number(index) + " must be a tensor of batch size " + number(stage.shape[0]));
  if (source.dtype != plan::DType::F32 && !bytes)
    fail("operand " + number(index) + " must be a tensor of f32");
  return source;
}

const Source &StageEmitter::constant(unsigned index, const std::vector<int64_t> &extents,
                                     plan::DType dtype) const {
  const Source &source = *operands[index];
  if (!source.constant || source.shape != extents || source.dtype != dtype)
    fail("operand " + number(index) + " must be a constant of " + toString(dtype).str() + " [" +
         join(extents, number) + "]" +
         (source.constant ? ", not [" + join(source.shape, number) + "]" : ""));
  return source;
}

int64_t StageEmitter::packedInBlock(unsigned index) const {
  const Source &source = *operands[index];
  return source.constant && source.shape.size() == 6 ? source.shape[4] : 1;
}

Term StageEmitter::vector(unsigned index) const {
  return constant(index, {blocks(), stage.block}).at({oi, ob});
}

std::vector<int64_t> StageEmitter::ints(const std::string &name, unsigned count,
                                        std::vector<int64_t> defaults) const {
  auto found = stage.ints.find(name);
  if (found == stage.ints.end() && !defaults.empty())
    return defaults;
  if (found == stage.ints.end() || found->second.size() != count)
    fail("expected '" + name + "' with " + number(count) + " integers");
  return found->second;
}

void StageEmitter::expectShape(const std::vector<int64_t> &shape) const {
  if (stage.shape != shape)
    fail("expected the shape [" + join(shape, number) + "], got [" + join(stage.shape, number) +
         "]");
}

int64_t StageEmitter::outputExtent(int64_t input, int64_t padding, int64_t kernel, int64_t stride,
                                   int64_t dilation) const {
  if (kernel < 1 || stride < 1 || dilation < 1)
    fail("kernel, stride and dilation are positive");
  int64_t room = input + padding - (dilation * (kernel - 1) + 1);
  if (room < 0)
    fail("the window is larger than the padded input");
  return room / stride + 1;
}

Lane StageEmitter::lane(const Source &source, const Term &c) const {
  return {c % source.block, c / source.block};
}

Lane StageEmitter::sameLane(const Source &source) const {
  if (source.shape[1] != channels())
    fail("expected an operand of " + number(channels()) + " channels, got " +
         number(source.shape[1]));
  if (source.block == stage.block)
    return {oi, ob};
  bool exact = channels() % stage.block == 0;
  return lane(source, exact ? channel() : min(channel(), channels() - 1));
}

Term StageEmitter::same(const Source &source) const {
  int64_t sourceWidth = source.shape[3];
  if (source.shape[2] * sourceWidth != height() * width())
    fail("expected an operand of " + number(height() * width()) + " pixels, got " +
         number(source.shape[2] * sourceWidth));
  Lane at = sameLane(source);
  Term value = Term::real(0);
  if (sourceWidth == width()) {
    value = load(source, at, x, y);
  } else {
    // One of the two is a flattened image: pixel p = y*width + x of both is the same.
    Term pixel = y * width() + x;
    if (height() == 1)
      pixel = x;
    value = source.shape[2] == 1 ? load(source, at, pixel, 0)
                                 : load(source, at, pixel % sourceWidth, pixel / sourceWidth);
  }
  return zeroPastEnd(source, value);
}

Term StageEmitter::load(const Source &source, const Lane &lane, const Term &x,
                        const Term &y) const {
  return source.at({lane.ci, x, y, lane.cb, n});
}

Term StageEmitter::zeroPastEnd(const Term &value) const {
  if (channels() % stage.block == 0)
    return value;
  return select(channel() < channels(), value, Term::real(0));
}

Term StageEmitter::zeroPastEnd(const Source &source, const Term &value) const {
  return source.block == stage.block ? value : zeroPastEnd(value);
}

Border Border::of(const StageEmitter &stage) {
  std::vector<int64_t> padding = stage.ints("padding", 4, {0, 0, 0, 0});
  return {padding[0], padding[1], padding[2], padding[3]};
}

/// `value`, but `outside` where a coordinate that may be less than 0, or `extent` or more, is so.
static Term orOutside(const Term &value, const Term &coordinate, int64_t extent, bool mayBeLess,
                      bool mayBeMore, const Term &outside) {
  if (!mayBeLess && !mayBeMore)
    return value;
  if (!mayBeMore)
    return select(likely(coordinate >= 0), value, outside);
  Term inside = coordinate < extent;
  return select(likely(mayBeLess ? coordinate >= 0 && inside : inside), value, outside);
}

Term loadOr(const StageEmitter &stage, const Source &source, const Lane &lane, const Term &x,
            const Term &y, const Border &border, const Term &outside) {
  int64_t height = source.shape[2], width = source.shape[3];
  bool guardX = border.left + border.right > 0, guardY = border.top + border.bottom > 0;
  // The load is carried out in any case, so it must stay inside.
  Term value = stage.load(source, lane, guardX ? clamp(likely(x), 0, width - 1) : x,
                          guardY ? clamp(likely(y), 0, height - 1) : y);
  // Rows and columns apart: Halide finds no part of a loop for which a condition on both holds.
  value = orOutside(value, x, width, border.left > 0, border.right > 0, outside);
  return orOutside(value, y, height, border.top > 0, border.bottom > 0, outside);
}

} // namespace fovea::halide

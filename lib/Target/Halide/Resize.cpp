//===- Resize.cpp - Images of other sizes and layouts -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Emitter.h"

namespace fovea::halide {

/// The channel asked for, or the last one in lanes past it.
static Term existingChannel(const StageEmitter &stage) {
  bool exact = stage.channels() % stage.stage.block == 0;
  return exact ? stage.channel() : min(stage.channel(), stage.channels() - 1);
}

/// Channel ((g*fy + ry)*fx + rx)*O + o of the input is sub-pixel (ry, rx) of channel g*O + o.
void defineDepthToSpace(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  std::vector<int64_t> factor = stage.ints("factor", 2), offset = stage.ints("offset", 2);
  int64_t groups = stage.ints("groups", 1, {1})[0];
  if (factor[0] < 1 || factor[1] < 1 || groups < 1 || stage.channels() % groups ||
      input.shape[1] != stage.channels() * factor[0] * factor[1] ||
      offset[0] + stage.height() > input.shape[2] * factor[0] ||
      offset[1] + stage.width() > input.shape[3] * factor[1])
    stage.fail("the result is no part of the image that the channels make");
  Term y = stage.y + offset[0], x = stage.x + offset[1];
  auto row = [&](const Term &group) {
    return (group * factor[0] + y % factor[0]) * factor[1] + x % factor[1];
  };
  int64_t block = stage.stage.block, perGroup = stage.channels() / groups;
  Lane lane = {stage.oi, stage.ob};
  if (input.block == block && perGroup % block == 0) {
    // Blocks move as a whole.
    int64_t blocks = perGroup / block;
    Term group = groups == 1 ? Term(0) : stage.ob / blocks;
    lane.cb = row(group) * blocks + (groups == 1 ? stage.ob : stage.ob % blocks);
  } else {
    Term c = existingChannel(stage);
    Term group = groups == 1 ? Term(0) : c / perGroup;
    lane = stage.lane(input, row(group) * perGroup + (groups == 1 ? c : c % perGroup));
  }
  Term value = stage.load(input, lane, x / factor[1], y / factor[0]);
  stage.emitter.definePure(stage.definition, stage.zeroPastEnd(value));
}

/// Tables say which two rows and columns of the input each of the result lies between, and how
/// much the second of them counts; without the latter it is the first alone.
void defineResize(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  const Source &rows = stage.constant(1, {stage.height(), 2}, plan::DType::I32);
  const Source &columns = stage.constant(2, {stage.width(), 2}, plan::DType::I32);
  Lane lane = stage.sameLane(input);
  auto at = [&](int64_t row, int64_t column) {
    Term y = clamp(rows.at({row, stage.y}), 0, input.shape[2] - 1);
    Term x = clamp(columns.at({column, stage.x}), 0, input.shape[3] - 1);
    return stage.load(input, lane, x, y);
  };
  Term value = at(0, 0);
  if (stage.operandCount() == 5) {
    Term wy = stage.constant(3, {stage.height()}).at({stage.y});
    Term wx = stage.constant(4, {stage.width()}).at({stage.x});
    auto mix = [](const Term &a, const Term &b, const Term &weight) {
      return a * (Term::real(1) - weight) + b * weight;
    };
    value = mix(mix(value, at(0, 1), wx), mix(at(1, 0), at(1, 1), wx), wy);
  } else if (stage.operandCount() != 3) {
    stage.fail("expected weights for rows and columns, or none");
  }
  stage.emitter.definePure(stage.definition, stage.zeroPastEnd(input, value));
}

void defineExtend(StageEmitter &stage) {
  const Source &input = stage.tensor(0);
  Border border = Border::of(stage);
  std::vector<int64_t> channels = stage.ints("channels", 2, {0, 0});
  stage.expectShape({input.shape[0], input.shape[1] + channels[0] + channels[1],
                     input.shape[2] + border.top + border.bottom,
                     input.shape[3] + border.left + border.right});
  Term c = stage.channel() - channels[0], x = stage.x - border.left, y = stage.y - border.top;
  if (channels[0] + channels[1] == 0) {
    Term value = loadOr(stage, input, stage.sameLane(input), x, y, border, Term::real(0));
    stage.emitter.definePure(stage.definition, stage.zeroPastEnd(input, value));
    return;
  }
  Lane lane = stage.lane(input, clamp(c, 0, input.shape[1] - 1));
  Term value = loadOr(stage, input, lane, x, y, border, Term::real(0));
  stage.emitter.definePure(stage.definition,
                           select(c >= 0 && c < input.shape[1], value, Term::real(0)));
}

void defineToTensor(StageEmitter &stage) {
  const Source &input = stage.tensor(0, /*bytes=*/true);
  stage.expectShape(input.shape);
  Term value = stage.load(input, stage.sameLane(input), stage.x, stage.y);
  if (input.dtype == plan::DType::U8)
    value = toFloat(value) / Term::real(255);
  stage.emitter.definePure(stage.definition, stage.zeroPastEnd(input, value));
}

} // namespace fovea::halide

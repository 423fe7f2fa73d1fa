//===- PassErrors.cpp - What each pass did to the numbers -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/PassErrors.h"
#include "fovea/Support/MlirLocations.h"

using namespace fovea;

llvm::Error PassErrors::begin(mlir::func::FuncOp reference, std::vector<Tensor> inputs) {
  layerIndex.emplace(reference);
  given = std::move(inputs);
  llvm::Expected<LayerValues> values = computeLayers(*layerIndex, reference, given, cache);
  if (!values)
    return values.takeError();
  expected = std::move(*values);
  before = expected;
  auto outputs = interpret(reference, given, nullptr, &cache);
  if (!outputs)
    return outputs.takeError();
  expectedOutputs = std::move(*outputs);
  return llvm::Error::success();
}

static std::pair<std::string, std::string> describe(mlir::Value value) {
  mlir::Operation *op = value ? value.getDefiningOp() : nullptr;
  if (!op)
    return {};
  std::vector<FilePosition> positions = sourcePositions(op->getLoc());
  return {layerName(op).str(), positions.empty() ? "" : positions[0].str()};
}

void PassErrors::check(llvm::StringRef pass, mlir::func::FuncOp function) {
  if (!canInterpret(function))
    return;
  llvm::Expected<LayerValues> after = computeLayers(*layerIndex, function, given, cache);
  if (!after) {
    failed = ("after " + pass + ": " + llvm::toString(after.takeError())).str();
    return;
  }
  PassError result{pass.str(), compareLayers(before, *after), compareLayers(expected, *after), {}};
  for (mlir::Value value : layerIndex->valuesIn(function))
    result.computedBy.push_back(describe(value));
  found.push_back(std::move(result));
  // A layer that is not computed by itself any more has the value it had.
  for (auto [last, value] : llvm::zip(before, *after))
    if (value)
      last = value;
}

const PassError *PassErrors::firstAbove(double tolerance) const {
  auto pass = llvm::find_if(found, [&](const PassError &error) {
    return fovea::firstAbove(error.total, tolerance) != nullptr;
  });
  return pass == found.end() ? nullptr : &*pass;
}

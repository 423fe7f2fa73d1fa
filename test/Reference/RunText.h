//===- RunText.h - Interprets functions given as text -----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_REFERENCE_RUNTEXT_H
#define FOVEA_TEST_REFERENCE_RUNTEXT_H

#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Reference/Interpreter.h"
#include "fovea/Support/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include <gtest/gtest.h>

namespace fovea::test {

/// A context with the dialects that networks use.
struct Context : mlir::MLIRContext {
  Context() { loadDialect<cnn::CnnDialect, mlir::func::FuncDialect>(); }
};

/// The module in `text`; fails the test if it is not valid.
inline mlir::OwningOpRef<mlir::ModuleOp> parse(mlir::MLIRContext &context, llvm::StringRef text) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  EXPECT_TRUE(module) << text.str();
  return module;
}

inline mlir::func::FuncOp firstFunction(mlir::ModuleOp module) {
  return *module.getOps<mlir::func::FuncOp>().begin();
}

/// The results of the first function in `text`; fails the test and gives none on an error.
inline std::vector<Tensor> run(llvm::StringRef text, std::vector<Tensor> inputs) {
  Context context;
  auto module = parse(context, text);
  if (!module)
    return {};
  auto results = interpret(firstFunction(*module), inputs);
  if (results)
    return std::move(*results);
  ADD_FAILURE() << llvm::toString(results.takeError());
  return {};
}

/// The one result of `op`, an op on %0, %1, … with these inputs, written without types.
inline std::vector<float> runOp(llvm::StringRef op, llvm::StringRef attributes,
                                std::vector<Tensor> inputs, std::vector<int64_t> shape) {
  auto type = [](llvm::ArrayRef<int64_t> extents) {
    std::string text = "tensor<";
    for (int64_t extent : extents)
      text += std::to_string(extent) + "x";
    return text + "f32>";
  };
  std::string arguments, operands, types;
  for (auto [i, input] : llvm::enumerate(inputs)) {
    std::string comma = i ? ", " : "", name = "%" + std::to_string(i);
    arguments += comma + name + ": " + type(input.shape());
    operands += comma + name;
    types += comma + type(input.shape());
  }
  std::string result = type(shape);
  auto results =
      run("func.func @f(" + arguments + ") -> " + result + " {\n  %r = cnn." + op.str() + " " +
              operands + " {name = \"x\"" + (attributes.empty() ? "" : ", ") + attributes.str() +
              "} : (" + types + ") -> " + result + "\n  return %r : " + result + "\n}",
          std::move(inputs));
  return results.empty() ? std::vector<float>() : results[0].floats().vec();
}

/// 1, 2, 3, …
inline Tensor counting(std::vector<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  std::vector<float> values;
  for (int64_t i = 1; i <= count; ++i)
    values.push_back(static_cast<float>(i));
  return Tensor::fromFloats(shape, std::move(values));
}

} // namespace fovea::test

#endif

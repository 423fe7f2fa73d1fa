//===- Calls.h - Layer calls as the evaluator makes them --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_IMPORT_CALLS_H
#define FOVEA_TEST_IMPORT_CALLS_H

#include "fovea/Import/CnnBuilder.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include <gtest/gtest.h>

namespace fovea::test {

using Ints = std::vector<int64_t>;
using Attributes = std::map<std::string, AttrValue>;

inline SourcePosition at(unsigned line, unsigned column = 1) { return {"net.cnn", line, column}; }

inline LayerCall call(std::string layer, std::string name, std::vector<TensorId> inputs,
                      Attributes attributes = {}, unsigned line = 1) {
  return {std::move(layer), name, name, std::move(inputs), std::move(attributes), {at(line)}};
}

/// A convolution's attributes, PyTorch's defaults but for what is given.
inline Attributes conv(int64_t channels, int64_t kernel, Attributes others = {}) {
  Attributes all = {{"channels", channels},
                    {"kernel", Ints{kernel, kernel}},
                    {"stride", Ints{1, 1}},
                    {"padding", Ints{0, 0, 0, 0}},
                    {"dilation", Ints{1, 1}},
                    {"groups", int64_t(1)},
                    {"bias", true}};
  others.merge(all);
  return others;
}

inline Attributes maxPool(int64_t kernel, Attributes others = {}) {
  Attributes all = {{"kernel", Ints{kernel, kernel}},
                    {"stride", Ints{kernel, kernel}},
                    {"padding", Ints{0, 0, 0, 0}},
                    {"dilation", Ints{1, 1}},
                    {"ceil_mode", false}};
  others.merge(all);
  return others;
}

inline Attributes linear(int64_t features, bool bias = true) {
  return {{"features", features}, {"bias", bias}};
}

inline std::string text(mlir::ModuleOp module) {
  std::string result;
  llvm::raw_string_ostream(result) << module;
  return result;
}

/// A network under construction; layers that must succeed.
struct Net {
  Net() { builder.beginNetwork("net", at(1)); }

  TensorId input(std::vector<int64_t> shape, llvm::StringRef element = "f32") {
    return builder.addInput("x", element, shape, "nchw", at(2));
  }
  std::vector<TensorId> addAll(const LayerCall &call) {
    LayerResult result = builder.addLayer(call);
    if (auto *error = std::get_if<LayerError>(&result)) {
      ADD_FAILURE() << error->code << ": " << error->message;
      return {0, 0, 0};
    }
    return std::get<0>(result);
  }
  TensorId add(const LayerCall &call) { return addAll(call)[0]; }
  /// "E0203: cannot add … (0, 1)", the operands in parentheses.
  std::string error(const LayerCall &call) {
    LayerResult result = builder.addLayer(call);
    auto *error = std::get_if<LayerError>(&result);
    if (!error)
      return "no error";
    std::string operands;
    for (unsigned operand : error->operands)
      operands += (operands.empty() ? "" : ", ") + std::to_string(operand);
    return error->code + ": " + error->message + " (" + operands + ")";
  }
  mlir::OwningOpRef<mlir::ModuleOp> finish(TensorId output) {
    builder.addOutput("y", output, at(9));
    auto module = builder.finish();
    EXPECT_TRUE(mlir::succeeded(mlir::verify(*module)));
    return module;
  }

  mlir::MLIRContext context;
  CnnBuilder builder{&context};
};

/// Collects diagnostics as "error: …\nnote: …\n".
struct Diagnostics {
  explicit Diagnostics(mlir::MLIRContext &context)
      : handler(&context, [this](mlir::Diagnostic &diagnostic) { add(diagnostic); }) {}

  void add(mlir::Diagnostic &diagnostic) {
    static const char *const kinds[] = {"note", "warning", "error", "remark"};
    llvm::raw_string_ostream(text)
        << kinds[static_cast<int>(diagnostic.getSeverity())] << ": " << diagnostic << "\n";
    for (mlir::Diagnostic &note : diagnostic.getNotes())
      llvm::raw_string_ostream(text) << "note: " << note.getLocation() << ": " << note << "\n";
  }

  std::string text;
  mlir::ScopedDiagnosticHandler handler;
};

} // namespace fovea::test

#define EXPECT_CONTAINS(TEXT, PART)                                                                \
  EXPECT_NE(std::string(TEXT).find(PART), std::string::npos) << (TEXT)

#endif

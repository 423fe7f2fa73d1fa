//===- ImportFuzzer.cpp - From the text of a network to a plan ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "MlirWays.h"
#include "fovea/Frontend/Evaluator.h"
#include "fovea/Import/CnnBuilder.h"
#include "mlir/IR/Verifier.h"

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  sources.add("fuzz.cnn", test::asText(data, size));
  Program program = parseProgram(sources, "fuzz.cnn", {}, diagnostics);
  if (diagnostics.hasErrors())
    return 0;
  std::vector<NetworkInfo> networks = listNetworks(program, sources);
  for (const NetworkInfo &network : llvm::ArrayRef(networks).take_front(2)) {
    EvaluateOptions options;
    options.network = network.name;
    options.limits.steps = 20000;
    options.limits.layers = 64;
    CnnBuilder builder(&test::freshContext());
    DiagnosticEngine own(sources);
    if (!evaluate(program, options, sources, builder, own))
      continue;
    mlir::OwningOpRef<mlir::ModuleOp> module = builder.finish();
    test::require(mlir::succeeded(mlir::verify(*module)), "what was imported verifies");
    test::requireRoundTrip(*module);
    if (test::isSmall(*module))
      test::lower(*module);
  }
  return 0;
}

//===- FrontendFuzzer.cpp - Lexer, parser, evaluator ----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Fuzzer.h"
#include "test/Frontend/Recorder.h"

using namespace fovea;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  sources.add("fuzz.cnn", test::asText(data, size));
  Program program = parseProgram(sources, "fuzz.cnn", {}, diagnostics);
  std::string printed;
  llvm::raw_string_ostream os(printed);
  ast::print(program.mainFile(), sources, os);
  std::vector<NetworkInfo> networks = listNetworks(program, sources);
  for (const NetworkInfo &network : llvm::ArrayRef(networks).take_front(4)) {
    (void)network.signature();
    if (diagnostics.hasErrors())
      break;
    EvaluateOptions options;
    options.network = network.name;
    options.limits.steps = 20000;
    test::Recorder recorder;
    DiagnosticEngine own(sources);
    bool built = evaluate(program, options, sources, recorder, own);
    test::require(built != own.hasErrors(), "evaluation fails exactly when it reports an error");
    own.print(os);
    own.printJson(os);
  }
  diagnostics.print(os);
  diagnostics.printJson(os);
  return 0;
}

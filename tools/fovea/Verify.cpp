//===- Verify.cpp - fovea verify ------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "Tensors.h"
#include "fovea/Driver/Table.h"
#include "fovea/Support/Compare.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;

namespace {
struct VerifyOptions : CompileOptions {
  std::vector<std::string> inputs;
  int seed = 0;
  double tolerance = 1e-4;
  bool passes = false;
};

/// An output at a station of the compilation, against the reference.
struct Finding {
  std::string station, output;
  Comparison comparison;
  bool broken = false;
};

class Verifier {
public:
  Verifier(const VerifyOptions &options, std::vector<NetworkPort> outputs,
           std::vector<Tensor> expected)
      : options(options), outputs(std::move(outputs)), expected(std::move(expected)) {}

  llvm::Error add(llvm::StringRef station, llvm::ArrayRef<Tensor> actual) {
    for (size_t i = 0; i < expected.size(); ++i) {
      llvm::Expected<Comparison> comparison = compare(expected[i], actual[i]);
      if (!comparison)
        return comparison.takeError();
      findings.push_back(
          {station.str(), outputs[i].name, *comparison, !comparison->within(options.tolerance)});
    }
    return llvm::Error::success();
  }

  void print() const;
  void printJson() const;
  /// The first station that breaks the tolerance.
  const Finding *firstBroken() const {
    auto found = llvm::find_if(findings, [](const Finding &finding) { return finding.broken; });
    return found == findings.end() ? nullptr : &*found;
  }

private:
  const VerifyOptions &options;
  std::vector<NetworkPort> outputs;
  std::vector<Tensor> expected;
  std::vector<Finding> findings;
};
} // namespace

static std::string number(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.2e", value);
  return text;
}

void Verifier::print() const {
  Table table({"after", "output", "greatest error", "relative", "same argmax", ""},
              {Align::Left, Align::Left, Align::Right, Align::Right, Align::Left, Align::Left});
  for (const Finding &finding : findings)
    table.add({finding.station, finding.output, number(finding.comparison.maxAbsError),
               number(finding.comparison.relativeError),
               finding.comparison.sameArgmax ? "yes" : "no", finding.broken ? "too much" : "ok"});
  table.print(llvm::outs());
}

void Verifier::printJson() const {
  llvm::json::Array array;
  for (const Finding &finding : findings) {
    const Comparison &comparison = finding.comparison;
    llvm::json::Object object{{"after", finding.station},
                              {"output", finding.output},
                              {"notFinite", comparison.notFinite},
                              {"sameArgmax", comparison.sameArgmax},
                              {"ok", !finding.broken}};
    if (comparison.notFinite == 0) { // JSON knows no infinity.
      object["greatestError"] = comparison.maxAbsError;
      object["relativeError"] = comparison.relativeError;
    }
    array.push_back(std::move(object));
  }
  llvm::outs() << llvm::formatv(
      "{0:2}\n", llvm::json::Value(llvm::json::Object{{"tolerance", options.tolerance},
                                                      {"outputs", std::move(array)}}));
}

static llvm::Expected<std::vector<Tensor>> makeInputs(const VerifyOptions &options,
                                                      const Compiler &compiler) {
  if (options.inputs.empty())
    return randomInputs(compiler.inputs(), options.seed);
  llvm::Expected<Samples> samples = readSamples(options.inputs, compiler.inputs());
  if (!samples)
    return samples.takeError();
  return samples->at(0, compiler.inputs());
}

/// Runs the interpreter after every pass that changes the network and leaves it in the cnn dialect,
/// then native code.
static int verify(VerifyOptions &options, const CommandArguments &command) {
  std::unique_ptr<Verifier> verifier;
  std::vector<Tensor> inputs;
  std::optional<llvm::Error> failure;
  if (options.passes)
    options.options.afterPass = [&](llvm::StringRef pass, mlir::func::FuncOp function) {
      auto outputs = tryInterpret(function, inputs);
      if (!outputs)
        return;
      llvm::Error error = *outputs ? verifier->add(pass, **outputs) : outputs->takeError();
      failure =
          failure ? llvm::joinErrors(std::move(*failure), std::move(error)) : std::move(error);
    };
  std::unique_ptr<Compiler> compiler = options.makeCompiler(command);
  if (!compiler || !compiler->reach(Phase::Cnn) || !compiler->checkWeights())
    return 1;
  llvm::Expected<std::vector<Tensor>> given = makeInputs(options, *compiler);
  if (!given)
    return report(given.takeError());
  inputs = std::move(*given);
  llvm::Expected<std::vector<Tensor>> expected = compiler->runReference(inputs);
  if (!expected)
    return report(expected.takeError());
  verifier = std::make_unique<Verifier>(options, compiler->outputs(), std::move(*expected));
  std::unique_ptr<NativeNetwork> native = NativeNetwork::load(*compiler, options.threads);
  if (failure && *failure)
    return report(std::move(*failure));
  if (!native)
    return 1;
  showProgress(*compiler);
  llvm::Expected<std::vector<Tensor>> actual = native->run(inputs);
  llvm::Error error = actual ? verifier->add("native code", *actual) : actual.takeError();
  if (error)
    return report(std::move(error));
  if (options.json)
    verifier->printJson();
  else
    verifier->print();
  if (const Finding *broken = verifier->firstBroken())
    return report("'" + broken->output + "' is off by more than " + number(options.tolerance) +
                  " after " + broken->station);
  return 0;
}

int fovea::verifyCommand(const CommandArguments &command) {
  CommandLine line("verify",
                   "Compares native code with the reference interpreter, which accumulates in "
                   "double, on seeded random inputs or given ones.\nFails if the greatest error, "
                   "relative to the greatest magnitude of an output, is above the tolerance.",
                   "net.cnn[:network] --weights FILE [options]");
  VerifyOptions options;
  line.list("input", options.inputs, "[NAME=]FILE", "Inputs; the first sample of several");
  line.integer("seed", options.seed, 0, INT32_MAX, "Of random inputs, -1 to 1 (default: 0)");
  line.number("tolerance", options.tolerance, "Greatest relative error (default: 1e-4)");
  line.flag("passes", options.passes, "Compare after each pass that changes something, too");
  line.flag("json", options.json, "Print JSON");
  options.declare(line, /*withKernels=*/true);
  line.example("fovea verify lenet5.cnn --weights lenet5.safetensors", "one row per output");
  line.example("fovea verify resnet.cnn:resnet18 --weights random:7 --passes",
               "which rewrite costs how much accuracy");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  options.options.keepReference = true;
  return verify(options, command);
}

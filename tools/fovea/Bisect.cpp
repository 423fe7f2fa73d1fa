//===- Bisect.cpp - fovea bisect ------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Bisect.h"
#include "Command.h"
#include "Tensors.h"
#include "fovea/Support/Json.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;
using Culprit = BisectResult::Culprit;

/// "layer2.0.conv1 (resnet.cnn:8:14)".
static std::string layerAt(const BisectResult &result) {
  return result.layer + (result.where.empty() ? "" : " (" + result.where + ")");
}

static void print(const BisectResult &result, double tolerance) {
  std::string limit = "tolerance " + shortNumber(tolerance);
  std::string before = "within " + shortNumber(result.before);
  std::string error = "greatest error " + shortNumber(result.error) + " relative, " + limit;
  llvm::raw_ostream &os = llvm::outs();
  switch (result.culprit) {
  case Culprit::Nothing:
    os << "nothing breaks: the passes are " << before << ", native code is within the " << limit
       << '\n';
    return;
  case Culprit::Pass:
    os << result.pass << " breaks " << layerAt(result) << ": " << error
       << "; all passes before it are " << before << '\n';
    return;
  case Culprit::Kernel:
    os << "native code breaks " << layerAt(result) << ", kernel " << result.kernel << ": " << error
       << "; all passes, and all kernels before it, are " << before << '\n';
    break;
  case Culprit::Placement:
    os << "native code breaks the " << limit
       << ", but not where every kernel's result is kept: look at where buffers are placed; all "
          "passes are "
       << before << '\n';
    break;
  }
  if (!result.cures.empty())
    os << "the error is gone with " << llvm::join(result.cures, ", or with ") << '\n';
}

static void printJson(const BisectResult &result, double tolerance) {
  constexpr llvm::StringLiteral names[] = {"nothing", "pass", "kernel", "placement"};
  llvm::json::Object object{{"culprit", names[static_cast<int>(result.culprit)]},
                            {"tolerance", tolerance},
                            {"before", result.before}};
  for (auto [name, text] : {std::pair("pass", &result.pass), std::pair("layer", &result.layer),
                            std::pair("where", &result.where), std::pair("kernel", &result.kernel)})
    if (!text->empty())
      object[name] = *text;
  if (!result.layer.empty())
    object["relativeError"] = finiteOrNull(result.error);
  if (!result.cures.empty())
    object["cures"] = llvm::json::Array(result.cures);
  llvm::outs() << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(object)));
}

int fovea::bisectCommand(const CommandArguments &command) {
  CommandLine line("bisect",
                   "Finds the pass and the layer, or the kernel, that first break a tolerance: "
                   "runs the reference interpreter before and\nafter each pass, then native code, "
                   "then each kernel. Ends with 1 if something breaks it.",
                   "net.cnn[:network] --weights FILE [options]");
  ComparisonOptions options;
  options.declareComparison(line);
  line.flag("json", options.json, "Print JSON");
  options.declare(line, /*withKernels=*/true);
  line.example("fovea bisect resnet.cnn:resnet50 --weights resnet50.safetensors",
               "what breaks it, if anything");
  line.example("fovea bisect resnet.cnn:resnet50 --param size=64 --weights random",
               "quicker, on small pictures");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  if (!options.finish(command))
    return 1;
  BisectOptions search{options.options, options.tolerance, options.threads,
                       [&](llvm::ArrayRef<NetworkPort> ports) {
                         return givenOrRandom(options.inputs, ports, options.seed);
                       },
                       [](llvm::StringRef step) {
                         if (onTerminal())
                           llvm::errs() << "comparing " << step << '\n';
                       }};
  std::optional<BisectResult> result = bisect(search, llvm::errs());
  if (!result)
    return 1;
  if (options.json)
    printJson(*result, options.tolerance);
  else
    print(*result, options.tolerance);
  return result->culprit == Culprit::Nothing ? 0 : 1;
}

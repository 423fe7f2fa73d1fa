//===- Check.cpp - One network, one way of compiling it -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Check.h"
#include "fovea/Driver/LayerValues.h"
#include "fovea/Driver/NativeNetwork.h"
#include "fovea/Frontend/Format.h"
#include "fovea/Support/AtomicFile.h"
#include "fovea/Support/Compare.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

using namespace fovea;
using namespace fovea::fuzz;
using Outcome = std::optional<Finding>;
using Tensors = std::vector<Tensor>;

//===----------------------------------------------------------------------===//
// Findings
//===----------------------------------------------------------------------===//

/// A message without what differs from network to network: places, quoted names and numbers.
static std::string outline(llvm::StringRef message) {
  std::string result;
  bool quoted = false;
  for (char c : message) {
    quoted ^= c == '\'';
    if (!quoted && !llvm::isDigit(c) && c != '-' && c != ',' && c != ' ')
      result += c;
  }
  return result;
}

bool Finding::isLike(const Finding &other) const {
  if (kind != other.kind)
    return false;
  // Which pass is seen first to have gone wrong depends on what is left of the network.
  return kind != "error" || outline(message) == outline(other.message);
}

static std::string number(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.2e", value);
  return text;
}

//===----------------------------------------------------------------------===//
// One check
//===----------------------------------------------------------------------===//

namespace {
class Checker {
public:
  Checker(const std::string &path, llvm::ArrayRef<std::vector<int64_t>> shapes, const Switch &how,
          const CheckOptions &options)
      : path(path), shapes(shapes), how(how), options(options) {}

  Outcome run();

private:
  std::unique_ptr<Compiler> compile(const std::string &input, bool keepReference = false);
  /// Runs the network as it was written: what everything else is compared with.
  Outcome runReference(Compiler &compiler);
  Outcome runNative(Compiler &compiler, int threads);
  Outcome runTwice(NativeNetwork &native);
  Outcome reparse(const std::string &text, Phase phase, const std::string &plan);
  Outcome reformat(Compiler &compiler);
  Outcome reparseAll();
  llvm::Expected<std::string> write(llvm::StringRef name, llvm::StringRef text);
  Outcome compareWith(llvm::StringRef station, llvm::ArrayRef<Tensor> actual);
  Finding failed(llvm::StringRef station);

  const std::string &path;
  llvm::ArrayRef<std::vector<int64_t>> shapes;
  const Switch &how;
  const CheckOptions &options;
  std::string log;
  llvm::raw_string_ostream errors{log};
  Tensors inputs, expected;
  std::vector<NetworkPort> outputs;
  Outcome afterPass;
};
} // namespace

/// The file's own lines and places are noise; the first error is what counts.
Finding Checker::failed(llvm::StringRef station) {
  llvm::StringRef text(log);
  size_t at = text.find("error");
  llvm::StringRef message = at == llvm::StringRef::npos ? text : text.drop_front(at);
  return {"error", station.str(), message.split('\n').first.str()};
}

std::unique_ptr<Compiler> Checker::compile(const std::string &input, bool keepReference) {
  CompilerOptions compiling;
  compiling.input = input;
  compiling.libraryFolders = options.libraryFolders;
  if (!llvm::StringRef(input).ends_with(".json"))
    compiling.weights = "random:" + std::to_string(options.seed);
  compiling.target = how.target;
  compiling.im2col = how.im2col;
  compiling.layout = how.layout;
  compiling.disabledPasses = how.disabled;
  compiling.shiftBudget = how.shiftBudget;
  compiling.keepReference = keepReference;
  compiling.worker = options.worker;
  compiling.cacheFolder = options.cacheFolder;
  if (keepReference)
    compiling.afterPass = [this](llvm::StringRef pass, mlir::func::FuncOp function) {
      if (afterPass || expected.empty() || !canInterpret(function))
        return;
      llvm::Expected<Tensors> results = interpret(function, inputs);
      if (results && how.shiftBudget > 0 && pass == "depthwise-to-shift")
        expected = *results;
      afterPass = results ? compareWith(pass, *results)
                          : Finding{"error", pass.str(), llvm::toString(results.takeError())};
    };
  return std::make_unique<Compiler>(std::move(compiling), errors);
}

Outcome Checker::compareWith(llvm::StringRef station, llvm::ArrayRef<Tensor> actual) {
  if (actual.size() != expected.size())
    return Finding{"shape", station.str(), std::to_string(actual.size()) + " outputs"};
  for (auto [port, right, result] : llvm::zip(outputs, expected, actual)) {
    llvm::Expected<Comparison> comparison = compare(right, result);
    if (!comparison)
      return Finding{"shape", station.str(), llvm::toString(comparison.takeError())};
    if (comparison->notFinite)
      return Finding{"not finite", station.str(),
                     port.name + ": " + std::to_string(comparison->notFinite) +
                         " elements are not finite"};
    if (!comparison->within(options.tolerance))
      return Finding{"mismatch", station.str(),
                     port.name + ": relative error " + number(comparison->relativeError) +
                         " at element " + std::to_string(comparison->worst)};
  }
  return std::nullopt;
}

Outcome Checker::runReference(Compiler &compiler) {
  if (!compiler.reach(Phase::Cnn))
    return failed("cnn");
  llvm::Expected<Tensors> random = randomInputs(compiler.inputs(), options.seed);
  if (!random)
    return Finding{"error", "inputs", llvm::toString(random.takeError())};
  inputs = std::move(*random);
  llvm::Expected<Tensors> results = compiler.runReference(inputs);
  if (!results)
    return Finding{"error", "interpreter", llvm::toString(results.takeError())};
  outputs = compiler.outputs();
  for (auto [index, result] : llvm::enumerate(*results)) {
    if (!shapes.empty() && (index >= shapes.size() || result.shape().vec() != shapes[index]))
      return Finding{"shape", "interpreter", outputs[index].name + ": " + result.typeName()};
    if (!llvm::all_of(result.floats(), [](float value) { return std::isfinite(value); }))
      return Finding{"not finite", "interpreter", outputs[index].name + " is not finite"};
  }
  expected = std::move(*results);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Native code
//===----------------------------------------------------------------------===//

static bool sameBytes(llvm::ArrayRef<Tensor> a, llvm::ArrayRef<Tensor> b) {
  return llvm::all_of(llvm::zip(a, b), [](const auto &pair) {
    return std::get<0>(pair).bytes() == std::get<1>(pair).bytes();
  });
}

static llvm::Expected<Tensors> copies(llvm::ArrayRef<Tensor> tensors) {
  Tensors result;
  for (const Tensor &tensor : tensors) {
    llvm::Expected<Tensor> copy = Tensor::allocate(tensor.elementType(), tensor.shape());
    if (!copy)
      return copy.takeError();
    llvm::copy(tensor.bytes(), copy->mutableBytes().begin());
    result.push_back(std::move(*copy));
  }
  return result;
}

/// A run must leave its inputs as they were, and nothing behind that the next one can see.
Outcome Checker::runTwice(NativeNetwork &native) {
  auto fail = [](llvm::Error error) {
    return Finding{"error", "native code", llvm::toString(std::move(error))};
  };
  llvm::Expected<Tensors> before = copies(inputs);
  if (!before)
    return fail(before.takeError());
  llvm::Expected<Tensors> first = native.run(inputs);
  if (!first)
    return fail(first.takeError());
  if (Outcome finding = compareWith("native code", *first))
    return finding;
  if (!sameBytes(inputs, *before))
    return Finding{"mismatch", "native code", "it writes to its inputs"};
  llvm::Expected<Tensors> second = native.run(inputs);
  if (!second)
    return fail(second.takeError());
  if (!sameBytes(*first, *second))
    return Finding{"mismatch", "native code", "a second run gives other values"};
  return std::nullopt;
}

Outcome Checker::runNative(Compiler &compiler, int threads) {
  std::unique_ptr<NativeNetwork> native = NativeNetwork::load(compiler, threads);
  return native ? runTwice(*native) : failed("native code");
}

//===----------------------------------------------------------------------===//
// Phases read back
//===----------------------------------------------------------------------===//

static std::string textOf(const Compiler &compiler) {
  std::string text;
  llvm::raw_string_ostream os(text);
  compiler.print(os);
  return text;
}

static std::string firstDifference(llvm::StringRef a, llvm::StringRef b) {
  while (!a.empty() || !b.empty()) {
    auto [lineA, restA] = a.split('\n');
    auto [lineB, restB] = b.split('\n');
    if (lineA != lineB)
      return ("'" + lineA.trim() + "' became '" + lineB.trim() + "'").str();
    a = restA;
    b = restB;
  }
  return "";
}

llvm::Expected<std::string> Checker::write(llvm::StringRef name, llvm::StringRef text) {
  llvm::SmallString<128> file(options.folder);
  llvm::sys::path::append(file, name);
  if (llvm::Error error = writeFileAtomically(file, text))
    return error;
  return file.str().str();
}

/// Reads back what a phase printed: the same text again, the same plan in the end.
Outcome Checker::reparse(const std::string &text, Phase phase, const std::string &plan) {
  std::string station = toString(phase).str();
  llvm::Expected<std::string> file =
      write(station + (phase == Phase::Plan ? ".json" : ".mlir"), text);
  if (!file)
    return Finding{"error", station, llvm::toString(file.takeError())};
  std::unique_ptr<Compiler> again = compile(*file);
  if (!again->reach(phase))
    return failed(station);
  if (std::string other = textOf(*again); other != text)
    return Finding{"reparse", station, firstDifference(text, other)};
  if (!again->reach(Phase::Plan))
    return failed(station);
  if (std::string other = textOf(*again); other != plan)
    return Finding{"reparse", station, "plan: " + firstDifference(plan, other)};
  return std::nullopt;
}

/// The operations without the lines that they come from.
static std::string operationsOf(const Compiler &compiler) {
  std::string text;
  llvm::raw_string_ostream os(text);
  compiler.function()->print(os);
  return text;
}

static std::optional<std::string> formatted(const std::string &path, llvm::raw_ostream &errors) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  llvm::Expected<unsigned> file = sources.load(path);
  if (!file) {
    errors << "error: " << llvm::toString(file.takeError());
    return std::nullopt;
  }
  std::optional<std::string> text = formatFile(*file, diagnostics);
  diagnostics.print(errors, /*colours=*/false);
  return text;
}

/// The canonical layout of the file means the same, and its own canonical layout is itself.
Outcome Checker::reformat(Compiler &compiler) {
  std::optional<std::string> text = formatted(path, errors);
  if (!text)
    return failed("fmt");
  llvm::Expected<std::string> file = write("formatted.cnn", *text);
  if (!file)
    return Finding{"error", "fmt", llvm::toString(file.takeError())};
  std::unique_ptr<Compiler> again = compile(*file);
  if (!again->reach(Phase::Cnn))
    return failed("fmt");
  if (operationsOf(compiler) != operationsOf(*again))
    return Finding{"reparse", "fmt", firstDifference(operationsOf(compiler), operationsOf(*again))};
  std::optional<std::string> twice = formatted(*file, errors);
  if (!twice || *twice != *text)
    return Finding{"reparse", "fmt", firstDifference(*text, twice.value_or(""))};
  return std::nullopt;
}

Outcome Checker::reparseAll() {
  std::unique_ptr<Compiler> compiler = compile(path);
  std::vector<std::pair<Phase, std::string>> texts;
  for (Phase phase : {Phase::Cnn, Phase::CnnOpt, Phase::Sched, Phase::Plan}) {
    if (!compiler->reach(phase))
      return failed(toString(phase));
    if (phase == Phase::Cnn)
      if (Outcome finding = reformat(*compiler))
        return finding;
    texts.emplace_back(phase, textOf(*compiler));
  }
  for (auto &[phase, text] : texts)
    if (Outcome finding = reparse(text, phase, texts.back().second))
      return finding;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

Outcome Checker::run() {
  if (how.way == Switch::Way::Reparse)
    return reparseAll();
  std::unique_ptr<Compiler> compiler = compile(path, /*keepReference=*/true);
  if (Outcome finding = runReference(*compiler))
    return finding;
  if (!compiler->reach(Phase::CnnOpt))
    return failed("cnn-opt");
  if (afterPass)
    return afterPass;
  if (how.isNative())
    for (int threads : how.threads)
      if (Outcome finding = runNative(*compiler, threads))
        return finding;
  return std::nullopt;
}

Outcome fuzz::check(const std::string &path, llvm::ArrayRef<std::vector<int64_t>> shapes,
                    const Switch &how, const CheckOptions &options) {
  return Checker(path, shapes, how, options).run();
}

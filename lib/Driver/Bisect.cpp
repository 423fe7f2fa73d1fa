//===- Bisect.cpp - Who breaks a tolerance --------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Bisect.h"
#include "fovea/Driver/NativeNetwork.h"
#include "fovea/Driver/Provenance.h"
#include "fovea/Pipelines/Pipelines.h"
#include "llvm/Support/Format.h"

using namespace fovea;

std::string fovea::shortNumber(double value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.1e", value);
  return text;
}

LayerValues fovea::kernelValues(const Compiler &compiler, const LayerIndex &index,
                                llvm::ArrayRef<Tensor> outputs) {
  LayerValues values(index.layers().size());
  for (const auto &[layer, output] : compiler.tappedKernels())
    if (std::optional<unsigned> found = index.find(layer))
      values[*found] = outputs[output];
  return values;
}

/// How far each kernel's result is off. Nothing after an error, which is printed.
static std::optional<std::vector<LayerDeviation>>
compareKernels(Compiler &compiler, const PassErrors &passes, int threads) {
  std::unique_ptr<NativeNetwork> native = NativeNetwork::load(compiler, threads);
  if (!native)
    return std::nullopt;
  llvm::Expected<std::vector<Tensor>> outputs = native->run(passes.inputs());
  if (!outputs)
    return compiler.fail(outputs.takeError()), std::nullopt;
  return compareLayers(passes.reference(), kernelValues(compiler, passes.index(), *outputs));
}

namespace {
class Bisection {
public:
  Bisection(const BisectOptions &options, llvm::raw_ostream &errors)
      : options(options), errors(errors) {}
  std::optional<BisectResult> run();

private:
  /// A compiler that has run the interpreter behind each of its passes, if `passes` is given.
  std::unique_ptr<Compiler> compile(CompilerOptions with, PassErrors *passes);
  BisectResult blamePass(const PassError &pass) const;
  /// Whether native code breaks the tolerance.
  std::optional<bool> outputsAreWrong();
  std::optional<BisectResult> blameKernel();
  std::vector<std::string> findCures();

  const BisectOptions &options;
  llvm::raw_ostream &errors;
  PassErrors passes;
  std::unique_ptr<Compiler> first;
};
} // namespace

std::unique_ptr<Compiler> Bisection::compile(CompilerOptions with, PassErrors *check) {
  with.keepReference = true;
  if (check)
    with.afterPass = [check](llvm::StringRef pass, mlir::func::FuncOp function) {
      check->check(pass, function);
    };
  auto compiler = std::make_unique<Compiler>(std::move(with), errors);
  if (!compiler->reach(Phase::Cnn) || !compiler->checkWeights())
    return nullptr;
  if (check) {
    auto inputs = options.makeInputs(compiler->inputs());
    llvm::Error error =
        inputs ? check->begin(compiler->reference(), std::move(*inputs)) : inputs.takeError();
    if (error)
      return compiler->fail(std::move(error)), nullptr;
  }
  if (!compiler->reach(Phase::CnnOpt))
    return nullptr;
  if (check && !check->failure().empty())
    return compiler->fail(check->failure()), nullptr;
  return compiler;
}

/// The greatest error of all the passes before `pass`; with none, of all.
static double greatestBefore(llvm::ArrayRef<PassError> passes, const PassError *pass) {
  double error = 0;
  for (const PassError &other : passes) {
    if (&other == pass)
      break;
    if (const LayerDeviation *worst = greatest(other.total))
      error = std::max(error, worst->comparison.relativeError);
  }
  return error;
}

BisectResult Bisection::blamePass(const PassError &pass) const {
  const LayerDeviation &error = *firstAbove(pass.total, options.tolerance);
  BisectResult result;
  result.culprit = BisectResult::Culprit::Pass;
  result.pass = pass.pass;
  std::tie(result.layer, result.where) = pass.computedBy[error.layer];
  result.error = error.comparison.relativeError;
  result.before = greatestBefore(passes.passes(), &pass);
  return result;
}

std::optional<bool> Bisection::outputsAreWrong() {
  options.progress("machine code");
  std::unique_ptr<NativeNetwork> native = NativeNetwork::load(*first, options.threads);
  if (!native)
    return std::nullopt;
  llvm::Expected<std::vector<Tensor>> outputs = native->run(passes.inputs());
  if (!outputs)
    return first->fail(outputs.takeError()), std::nullopt;
  for (auto [expected, actual] : llvm::zip(passes.outputs(), *outputs)) {
    llvm::Expected<Comparison> comparison = compare(expected, actual);
    if (!comparison)
      return first->fail(comparison.takeError()), std::nullopt;
    if (!comparison->within(options.tolerance))
      return true;
  }
  return false;
}

/// Compiles once more with every kernel's result kept; the first that is wrong is to blame.
std::optional<BisectResult> Bisection::blameKernel() {
  options.progress("machine code, kernel by kernel");
  CompilerOptions with = options.compiler;
  with.tapKernels = true;
  std::unique_ptr<Compiler> compiler = compile(with, nullptr);
  if (!compiler)
    return std::nullopt;
  // The index's layers are those of another context, with the same names and places.
  LayerIndex index(compiler->reference());
  std::vector<std::string> homes = index.homesIn(compiler->function());
  auto kernels = compareKernels(*compiler, passes, options.threads);
  if (!kernels)
    return std::nullopt;
  BisectResult result;
  result.culprit = BisectResult::Culprit::Placement;
  result.before = greatestBefore(passes.passes(), nullptr);
  const LayerDeviation *broken = firstAbove(*kernels, options.tolerance);
  for (const LayerDeviation &error : *kernels) {
    if (&error == broken)
      break;
    result.before = std::max(result.before, error.comparison.relativeError);
  }
  if (broken) {
    const Layer &layer = passes.index().layers()[broken->layer];
    result.culprit = BisectResult::Culprit::Kernel;
    result.layer = layer.name;
    result.where = layer.where;
    result.error = broken->comparison.relativeError;
    if (const plan::Call *call = findCall(compiler->plan(), homes[broken->layer], layer.where)) {
      result.kernel = compiler->plan().kernels[call->kernel].symbol;
      result.layer = call->name;
    }
  }
  result.cures = findCures();
  return result;
}

/// Which switches of what follows the cnn level make the outputs right.
std::vector<std::string> Bisection::findCures() {
  std::vector<std::string> cures;
  auto attempt = [&](const std::string &option, CompilerOptions with) {
    std::unique_ptr<Compiler> last = std::move(first);
    first = compile(std::move(with), nullptr);
    if (first && outputsAreWrong() == false)
      cures.push_back(option);
    first = std::move(last);
  };
  for (llvm::StringRef pass : passesToDisable()) {
    CompilerOptions with = options.compiler;
    with.disabledPasses.push_back(pass.str());
    attempt(("--disable=" + pass).str(), with);
  }
  CompilerOptions plain = options.compiler;
  plain.layout = "nchw";
  attempt("--layout=nchw", plain);
  return cures;
}

std::optional<BisectResult> Bisection::run() {
  options.progress("the passes of the cnn level");
  first = compile(options.compiler, &passes);
  if (!first)
    return std::nullopt;
  if (const PassError *pass = passes.firstAbove(options.tolerance))
    return blamePass(*pass);
  std::optional<bool> wrong = outputsAreWrong();
  if (!wrong)
    return std::nullopt;
  if (*wrong)
    return blameKernel();
  BisectResult nothing;
  nothing.before = greatestBefore(passes.passes(), nullptr);
  return nothing;
}

std::optional<BisectResult> fovea::bisect(const BisectOptions &options, llvm::raw_ostream &errors) {
  return Bisection(options, errors).run();
}

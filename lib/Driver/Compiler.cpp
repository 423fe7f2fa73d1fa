//===- Compiler.cpp - Text to artefact, the whole way ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Compiler.h"
#include "CompilerState.h"
#include "fovea/Driver/LayerValues.h"
#include "fovea/Frontend/Evaluator.h"
#include "fovea/Import/CnnBuilder.h"
#include "fovea/Pipelines/Pipelines.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace fovea;

static constexpr llvm::StringLiteral phaseNames[] = {"ast",   "cnn",  "cnn-opt",
                                                     "sched", "plan", "object"};

llvm::StringRef fovea::toString(Phase phase) { return phaseNames[static_cast<int>(phase)]; }

std::optional<Phase> fovea::parsePhase(llvm::StringRef name) {
  auto found = llvm::find(phaseNames, name);
  if (found == std::end(phaseNames))
    return std::nullopt;
  return static_cast<Phase>(found - std::begin(phaseNames));
}

bool fovea::isCompiled(llvm::StringRef input) {
  return input.ends_with(".mlir") || input.ends_with(".json");
}

//===----------------------------------------------------------------------===//
// The whole way
//===----------------------------------------------------------------------===//

bool Compiler::reach(Phase phase) {
  // Before anything else: the workers load while the front end is at work.
  if (phase == Phase::Object && !startWorkers())
    return false;
  while (!state->broken && state->next <= static_cast<int>(phase)) {
    TimedPart part(*state->times, toString(static_cast<Phase>(state->next)));
    state->broken = !enter(static_cast<Phase>(state->next++));
  }
  return !state->broken;
}

bool Compiler::enter(Phase phase) {
  const std::string &input = state->options.input;
  switch (phase) {
  case Phase::Ast:
    return state->start(*this) && (isCompiled(input) || parse());
  case Phase::Cnn:
    if (llvm::StringRef(input).ends_with(".json"))
      return readPlan();
    return (isCompiled(input) ? readMlir() : import()) && addTaps() && bind();
  case Phase::CnnOpt:
    return optimise() && tapKernels();
  case Phase::Sched:
    return schedule();
  case Phase::Plan:
    return buildPlan();
  case Phase::Object:
    return compileKernels();
  }
  return false;
}

bool Compiler::parse() {
  NetworkSpec spec = splitNetworkSpec(state->options.input);
  DiagnosticEngine diagnostics(state->sources);
  state->program =
      parseProgram(state->sources, spec.path, state->options.libraryFolders, diagnostics);
  diagnostics.print(state->errors, state->options.colours);
  return !diagnostics.hasErrors() && state->save("ast.txt", [&](llvm::raw_ostream &os) {
    ast::print(state->program->mainFile(), state->sources, os);
  });
}

bool Compiler::import() {
  DiagnosticEngine diagnostics(state->sources);
  CnnBuilder builder(&state->context);
  EvaluateOptions options;
  options.network = splitNetworkSpec(state->options.input).network;
  options.parameters = state->options.parameters;
  options.batch = state->options.batch;
  bool built = evaluate(*state->program, options, state->sources, builder, diagnostics);
  diagnostics.print(state->errors, state->options.colours);
  if (!built)
    return false;
  state->module = builder.finish();
  return succeeded(mlir::verify(*state->module));
}

bool Compiler::bind() {
  if (!state->options.weights.empty()) {
    llvm::Expected<WeightSource> source = openWeights(state->options.weights);
    if (!source)
      return fail(source.takeError());
    if (failed(bindWeights(*state->module, *source)))
      return false;
  }
  if (state->options.keepReference) {
    if (!canInterpret(state->findFunction()))
      return fail("the reference interpreter knows the phases cnn and cnn-opt, not " +
                  toString(Phase::Sched));
    state->reference = state->module->clone();
  }
  // What a dump from between passes says of itself stays as it was.
  return state->save((toString(state->station.phase) + ".mlir").str(),
                     [&](llvm::raw_ostream &os) { state->print(os); });
}

bool Compiler::optimise() {
  CnnOptions options;
  options.im2col = state->options.im2col;
  options.disable = state->options.disabledPasses;
  options.shiftBudget = state->options.shiftBudget;
  return state->runPipeline(
      [&](mlir::PassManager &manager) { buildCnnPipeline(manager, options); });
}

bool Compiler::schedule() {
  SchedOptions options;
  options.target = state->options.target;
  options.disable = state->options.disabledPasses;
  options.layout = state->options.layout;
  state->station.target = state->target.name;
  return state->runPipeline(
      [&](mlir::PassManager &manager) { buildSchedPipeline(manager, options); });
}

bool Compiler::buildPlan() {
  mlir::FailureOr<BuiltPlan> built = fovea::buildPlan(state->findFunction(), state->target);
  if (failed(built))
    return false;
  state->built = std::move(*built);
  halide::assignSymbols(state->built.plan);
  return state->savePlan(*this);
}

bool Compiler::startWorkers() {
  if (state->service)
    return true;
  halide::CompileOptions options;
  options.worker = state->options.worker;
  options.workers = state->options.workers;
  options.cacheFolder = state->options.cacheFolder;
  options.memoryLimit = state->options.memoryLimit;
  options.progress = state->options.progress;
  auto service = halide::CompileService::start(std::move(options));
  if (!service)
    return fail(service.takeError());
  state->service = std::move(*service);
  return true;
}

bool Compiler::addDeviceRuntime() {
  llvm::Expected<std::string> runtime =
      halide::deviceRuntime(plan().target, state->options.cacheFolder);
  if (!runtime)
    return fail(runtime.takeError());
  state->objects.push_back(driver::deviceObject());
  state->objects.push_back({"fovea_halide.o", std::move(*runtime)});
  return true;
}

bool Compiler::compileKernels() {
  plan::Plan &plan = state->built.plan;
  auto kernels = state->service->compile(plan.kernels, plan.target);
  if (!kernels)
    return state->failAtLayers(*this, kernels.takeError());
  llvm::StringSet<> names;
  plan.scratchBytes = 0;
  for (auto [kernel, compiled] : llvm::zip(plan.kernels, *kernels)) {
    plan.scratchBytes = std::max(plan.scratchBytes, compiled.scratchBytes);
    if (names.insert(kernel.symbol).second)
      state->objects.push_back({kernel.symbol + ".o", std::move(compiled.object)});
  }
  if (!plan.device.empty() && !addDeviceRuntime())
    return false;
  llvm::Expected<driver::ObjectFile> driver = driver::emitDriverObject(state->network());
  if (!driver)
    return fail(driver.takeError());
  state->objects.insert(state->objects.begin(), std::move(*driver));
  return state->saveObjects(*this);
}

//===- Compiler.cpp - Text to artefact, the whole way ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Compiler.h"
#include "CompilerState.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "fovea/Frontend/Evaluator.h"
#include "fovea/Import/CnnBuilder.h"
#include "fovea/Pipelines/Pipelines.h"
#include "mlir/Parser/Parser.h"
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

//===----------------------------------------------------------------------===//
// The whole way
//===----------------------------------------------------------------------===//

bool Compiler::reach(Phase phase) {
  // Before anything else: the workers load while the front end is at work.
  if (phase == Phase::Object && !startWorkers())
    return false;
  while (!state->broken && state->next <= static_cast<int>(phase))
    state->broken = !enter(static_cast<Phase>(state->next++));
  return !state->broken;
}

bool Compiler::enter(Phase phase) {
  bool fromMlir = llvm::StringRef(state->options.input).ends_with(".mlir");
  switch (phase) {
  case Phase::Ast:
    return state->start(*this) && (fromMlir || parse());
  case Phase::Cnn:
    return (fromMlir ? readMlir() : import()) && addTaps() && bind();
  case Phase::CnnOpt:
    return optimise();
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
  bool built = evaluate(*state->program, options, state->sources, builder, diagnostics);
  diagnostics.print(state->errors, state->options.colours);
  if (!built)
    return false;
  state->module = builder.finish();
  return succeeded(mlir::verify(*state->module));
}

bool Compiler::readMlir() {
  if (!state->options.parameters.empty())
    return fail("--param does not apply to '" + state->options.input +
                "': its parameters have values already");
  state->module = mlir::parseSourceFile<mlir::ModuleOp>(state->options.input, &state->context);
  if (!state->module)
    return fail("cannot read '" + state->options.input + "'");
  mlir::func::FuncOp function = state->findFunction();
  if (!function || function.isDeclaration())
    return fail("'" + state->options.input + "' does not hold exactly one network");
  auto phase = (*state->module)->getAttrOfType<mlir::StringAttr>(phaseAttribute);
  if (!phase)
    return true;
  std::optional<Phase> parsed = parsePhase(phase.getValue());
  if (!parsed || *parsed < Phase::Cnn || *parsed > Phase::Sched)
    return fail("'" + state->options.input + "' is of the unknown phase '" + phase.getValue() +
                "'");
  // What the file has behind it is not done again, but somebody may have edited it.
  state->next = static_cast<int>(*parsed) + 1;
  return state->runPasses([&](mlir::PassManager &manager) {
    if (*parsed == Phase::CnnOpt)
      manager.addPass(cnn::createVerifyCnnOpt());
    if (*parsed == Phase::Sched)
      manager.addNestedPass<mlir::func::FuncOp>(sched::createVerifySched());
  });
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
    if (phase() > Phase::CnnOpt)
      return fail("the reference interpreter knows the phases cnn and cnn-opt, not " +
                  toString(phase()));
    state->reference = state->module->clone();
  }
  return state->save("cnn.mlir",
                     [&](llvm::raw_ostream &os) { printModule(*state->module, Phase::Cnn, os); });
}

bool Compiler::optimise() {
  CnnOptions options;
  options.im2col = state->options.im2col;
  options.depthwiseToShift = state->options.depthwiseToShift;
  return state->runPasses([&](mlir::PassManager &manager) { buildCnnPipeline(manager, options); });
}

bool Compiler::schedule() {
  SchedOptions options;
  options.target = state->options.target;
  return state->runPasses(
      [&](mlir::PassManager &manager) { buildSchedPipeline(manager, options); });
}

bool Compiler::buildPlan() {
  mlir::FailureOr<BuiltPlan> built = fovea::buildPlan(state->findFunction(), state->target);
  if (failed(built))
    return false;
  state->built = std::move(*built);
  halide::assignSymbols(state->built.plan);
  return state->save("plan.json", [&](llvm::raw_ostream &os) { state->printPlan(os); }) &&
         state->saveHalide(*this);
}

bool Compiler::startWorkers() {
  if (state->service)
    return true;
  halide::CompileOptions options;
  options.worker = state->options.worker;
  options.workers = state->options.workers;
  options.cacheFolder = state->options.cacheFolder;
  auto service = halide::CompileService::start(std::move(options));
  if (!service)
    return fail(service.takeError());
  state->service = std::move(*service);
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
  llvm::Expected<driver::ObjectFile> driver = driver::emitDriverObject(plan);
  if (!driver)
    return fail(driver.takeError());
  state->objects.insert(state->objects.begin(), std::move(*driver));
  return state->saveObjects(*this);
}

//===----------------------------------------------------------------------===//
// The artefact
//===----------------------------------------------------------------------===//

std::vector<std::string> Compiler::writeArtefact(llvm::StringRef prefix) {
  if (!reach(Phase::Object) || !checkWeights())
    return {};
  std::vector<driver::ObjectFile> members = state->objects;
  members.push_back(driver::runtimeObject());
  llvm::Expected<std::string> archive = driver::packArchive(members);
  if (!archive)
    return fail(archive.takeError()), std::vector<std::string>();
  std::vector<std::string> paths = {(prefix + ".a").str(), (prefix + ".h").str()};
  driver::StagedFiles files;
  llvm::Error error = files.add(paths[0], *archive);
  if (!error)
    error = files.add(paths[1], driver::emitHeader(plan()));
  if (!error && plan().weightBytes) {
    paths.push_back((prefix + ".weights").str());
    error = files.add(paths[2], [&](llvm::raw_pwrite_stream &os) {
      return driver::writePackedWeights(
          plan(), [&](unsigned i, llvm::MutableArrayRef<char> bytes) { return pack(i, bytes); },
          os);
    });
  }
  if (!error)
    error = files.commit();
  if (error)
    return fail(std::move(error)), std::vector<std::string>();
  return paths;
}

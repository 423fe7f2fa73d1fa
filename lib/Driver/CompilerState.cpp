//===- CompilerState.cpp - What a Compiler holds --------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompilerState.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "dialects/Sched/IR/SchedOps.h"
#include "fovea/Driver/LayerValues.h"
#include "fovea/Driver/Provenance.h"
#include "fovea/Driver/Table.h"
#include "fovea/Frontend/AST.h"
#include "fovea/Import/CnnBuilder.h"
#include "fovea/Pipelines/Pipelines.h"
#include "fovea/Reference/Interpreter.h"
#include "fovea/Support/MlirLocations.h"
#include "fovea/Target/Halide/KernelWorker.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;
using namespace mlir;

int fovea::kernelWorkerMain() { return halide::kernelWorkerMain(); }

// No threads: passes take milliseconds, dumps come in order, and compile workers are forked before
// any thread exists.
Compiler::State::State(CompilerOptions options, llvm::raw_ostream &errors)
    : options(std::move(options)), errors(errors), context(MLIRContext::Threading::DISABLED) {
  context.loadDialect<cnn::CnnDialect, sched::SchedDialect, func::FuncDialect,
                      memref::MemRefDialect>();
}

Compiler::Compiler(CompilerOptions options, llvm::raw_ostream &errors)
    : state(std::make_unique<State>(std::move(options), errors)) {}
Compiler::~Compiler() = default;

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

bool Compiler::fail(const llvm::Twine &message) const {
  if (state->options.colours)
    state->errors.changeColor(llvm::raw_ostream::RED, /*bold=*/true);
  state->errors << "error: ";
  if (state->options.colours)
    state->errors.resetColor();
  state->errors << message << '\n';
  return false;
}

bool Compiler::fail(llvm::Error error) const {
  llvm::handleAllErrors(std::move(error),
                        [&](const llvm::ErrorInfoBase &one) { fail(one.message()); });
  return false;
}

bool Compiler::State::failAtLayers(const Compiler &compiler, llvm::Error error) const {
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &one) {
    std::string message = one.message();
    llvm::StringRef layers = llvm::StringRef(message).split('\'').second.split('\'').first;
    auto stages = llvm::split(layers, " + ");
    auto call = llvm::find_if(built.plan.calls, [&](const plan::Call &call) {
      // A stage may have no layer of its own: the zeros about a convolution.
      return !call.where.empty() && llvm::any_of(llvm::split(call.name, " + "), [&](auto layer) {
        return llvm::is_contained(stages, layer);
      });
    });
    if (call != built.plan.calls.end())
      errors << call->where[0] << ": ";
    compiler.fail(message);
  });
  return false;
}

/// The passes of both pipelines by name.
static llvm::StringSet<> passNames() {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  PassManager manager(&context);
  buildCnnPipeline(manager, CnnOptions());
  buildSchedPipeline(manager, SchedOptions());
  std::string text;
  llvm::raw_string_ostream os(text);
  manager.printAsTextualPipeline(os);
  llvm::StringSet<> names;
  for (llvm::StringRef name : llvm::split(text, ','))
    for (llvm::StringRef part : {name, name.rsplit('(').second})
      names.insert(part.split('{').first.split(')').first);
  return names;
}

bool Compiler::State::start(const Compiler &compiler) {
  std::string bad;
  if (options.remarks && !llvm::Regex(*options.remarks).isValid(bad))
    return compiler.fail("--remarks: " + bad);
  messages = std::make_unique<Messages>(context, sources, errors, options.colours, options.remarks);
  llvm::Expected<TargetModel> model = TargetModel::byName(options.target);
  if (!model)
    return compiler.fail(model.takeError());
  target = std::move(*model);
  NetworkSpec spec = splitNetworkSpec(options.input);
  if (!spec.network.empty() && isCompiled(spec.path))
    return compiler.fail("'" + spec.path + "' holds one network: leave ':" + spec.network +
                         "' out");
  if (options.batch && !llvm::StringRef(spec.path).ends_with(".cnn"))
    return compiler.fail("--batch: only a .cnn takes a batch size, '" + options.input +
                         "' has its own");
  if (llvm::Error error = checkDisabled(options.disabledPasses))
    return compiler.fail("--disable: " + llvm::toString(std::move(error)));
  if (llvm::Error error = checkLayout(options.layout))
    return compiler.fail("--layout: " + llvm::toString(std::move(error)));
  if (!(options.shiftBudget >= 0 && options.shiftBudget <= 1))
    return compiler.fail("--shift-budget: expected a number from 0 to 1");
  llvm::StringSet<> known = options.printAfter.empty() ? llvm::StringSet<>() : passNames();
  for (const std::string &pass : options.printAfter)
    if (pass != "all" && !known.contains(pass))
      return compiler.fail("--print-ir-after: no pass is called '" + pass + "'");
  if (llvm::Error error = saved.open(options.saveTemps))
    return compiler.fail(std::move(error));
  return true;
}

//===----------------------------------------------------------------------===//
// Passes and dumps
//===----------------------------------------------------------------------===//

bool Compiler::State::runPipeline(llvm::function_ref<void(PassManager &)> build) {
  PassManager manager(&context);
  build(manager);
  PipelineWatch watch(options, saved, errors);
  bool ran = watch.run(manager, *module, station);
  if (!watch.failure.empty())
    messages->print(DiagnosticSeverity::Error, watch.failure);
  station.phase = static_cast<Phase>(next - 1);
  station.passes = 0;
  return ran;
}

func::FuncOp Compiler::State::findFunction() const {
  auto functions = llvm::to_vector(ModuleOp(*module).getOps<func::FuncOp>());
  return functions.size() == 1 ? functions[0] : func::FuncOp();
}

bool Compiler::State::save(llvm::StringRef name,
                           llvm::function_ref<void(llvm::raw_ostream &)> print) {
  if (!saved.isOpen())
    return true;
  std::string text;
  llvm::raw_string_ostream os(text);
  print(os);
  if (llvm::Error error = saved.number(name, text)) {
    messages->print(DiagnosticSeverity::Error, llvm::toString(std::move(error)));
    return false;
  }
  return true;
}

bool Compiler::State::savePlan(Compiler &compiler) {
  if (!saved.isOpen())
    return true;
  if (!save("plan.json", [&](llvm::raw_ostream &os) { printPlan(os); }))
    return false;
  if (built.plan.weightBytes && !options.weights.empty()) {
    auto weights = compiler.packWeights();
    if (!weights)
      return compiler.fail(weights.takeError());
    if (llvm::Error error = saved.write(network().prefix + ".weights", (*weights)->getBuffer()))
      return compiler.fail(std::move(error));
  }
  return saveHalide(compiler);
}

/// A kernel as a Halide program in C++, under the names of the layers it computes.
static llvm::Expected<std::string> halideOf(const plan::Plan &plan, const plan::Kernel &kernel) {
  llvm::Expected<std::string> text = halide::emitCpp(kernel, plan.target);
  if (text)
    text->insert(0, describeCalls(plan, &kernel - plan.kernels.data()));
  return text;
}

bool Compiler::State::saveHalide(const Compiler &compiler) {
  for (const plan::Kernel &kernel : built.plan.kernels) {
    llvm::Expected<std::string> text = halideOf(built.plan, kernel);
    if (!text)
      return compiler.fail(text.takeError());
    if (llvm::Error error = saved.write(kernel.symbol + ".cpp", *text))
      return compiler.fail(std::move(error));
  }
  return true;
}

bool Compiler::State::saveObjects(const Compiler &compiler) {
  if (!saved.isOpen())
    return true;
  if (!save("objects.txt", [&](llvm::raw_ostream &os) { printObjects(os); }))
    return false;
  for (const driver::ObjectFile &object : objects)
    if (llvm::Error error = saved.write(object.name, object.bytes))
      return compiler.fail(std::move(error));
  llvm::Expected<std::string> ir = driver::emitDriverIR(network());
  if (!ir)
    return compiler.fail(ir.takeError());
  if (llvm::Error error = saved.write("driver.ll", *ir))
    return compiler.fail(std::move(error));
  return true;
}

void Compiler::State::print(llvm::raw_ostream &os) const {
  printModule(*module, station, options.printConstants, os);
}

void Compiler::State::printPlan(llvm::raw_ostream &os) const {
  os << llvm::formatv("{0:2}", plan::toJSON(built.plan)) << '\n';
}

void Compiler::State::printObjects(llvm::raw_ostream &os) const {
  llvm::StringMap<std::string> layers;
  for (const plan::Call &call : built.plan.calls) {
    if (call.kind == plan::Call::Kind::Copy)
      continue;
    std::string &names = layers[built.plan.kernels[call.kernel].symbol + ".o"];
    names += (names.empty() ? "" : ", ") + call.name;
  }
  Table table({"object", "bytes", "layers"}, {Align::Left, Align::Right, Align::Left});
  for (const driver::ObjectFile &object : objects)
    table.add({object.name, groupDigits(object.bytes.size()), layers.lookup(object.name)});
  table.print(os);
}

Phase Compiler::phase() const { return static_cast<Phase>(state->next - 1); }

void Compiler::print(llvm::raw_ostream &os) const {
  switch (phase()) {
  case Phase::Ast:
    if (state->program)
      ast::print(state->program->mainFile(), state->sources, os);
    break;
  case Phase::Cnn:
  case Phase::CnnOpt:
  case Phase::Sched:
    state->print(os);
    break;
  case Phase::Plan:
    state->printPlan(os);
    break;
  case Phase::Object:
    state->printObjects(os);
    break;
  }
}

bool Compiler::printHalide(llvm::raw_ostream &os) {
  if (!reach(Phase::Plan))
    return false;
  for (const plan::Kernel &kernel : plan().kernels) {
    llvm::Expected<std::string> text = halideOf(plan(), kernel);
    if (!text)
      return fail(text.takeError());
    os << "// ----- " << kernel.symbol << " -----\n" << *text;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// What there is
//===----------------------------------------------------------------------===//

std::vector<std::string> Compiler::sourceFiles() const {
  std::vector<std::string> files;
  for (unsigned i = 0; i < state->sources.fileCount(); ++i)
    if (llvm::sys::fs::exists(state->sources.name(i))) // A --param's value is a text, too.
      files.push_back(state->sources.name(i).str());
  if (files.empty())
    files.push_back(state->options.input);
  return files;
}

func::FuncOp Compiler::function() const { return state->findFunction(); }

func::FuncOp Compiler::reference() const {
  if (!state->reference)
    return {};
  return *ModuleOp(*state->reference).getOps<func::FuncOp>().begin();
}

llvm::Expected<std::vector<Tensor>> Compiler::runReference(llvm::ArrayRef<Tensor> inputs) const {
  return interpret(reference(), inputs);
}

static std::vector<NetworkPort> portsOf(const plan::Plan &plan,
                                        const std::vector<plan::Port> &ports) {
  std::vector<NetworkPort> result;
  for (const plan::Port &port : ports) {
    bool isBytes = plan.buffers[port.buffer].dtype == plan::DType::U8;
    result.push_back({port.name, port.shape, isBytes ? ElementType::U8 : ElementType::F32});
  }
  return result;
}

static NetworkPort portOf(StringAttr name, Type type, llvm::StringRef kind, unsigned index) {
  return {name ? name.str() : (kind + llvm::Twine(index)).str(),
          cast<ShapedType>(type).getShape().vec(),
          getElementTypeOrSelf(type).isUnsignedInteger(8) ? ElementType::U8 : ElementType::F32};
}

std::vector<NetworkPort> Compiler::inputs() const {
  if (phase() >= Phase::Plan)
    return portsOf(plan(), plan().inputs);
  func::FuncOp function = state->reference ? reference() : state->findFunction();
  std::vector<NetworkPort> ports;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    ports.push_back(
        portOf(function.getArgAttrOfType<StringAttr>(index, "cnn.name"), type, "input", index));
  return ports;
}

std::vector<NetworkPort> Compiler::outputs() const {
  if (phase() >= Phase::Plan)
    return portsOf(plan(), plan().outputs);
  func::FuncOp function = state->reference ? reference() : state->findFunction();
  std::vector<NetworkPort> ports;
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    ports.push_back(
        portOf(function.getResultAttrOfType<StringAttr>(index, "cnn.name"), type, "output", index));
  return ports;
}

std::vector<std::string> Compiler::labels() const {
  std::vector<std::string> names;
  if (!state->module)
    return names;
  if (auto labels = state->findFunction()->getAttrOfType<ArrayAttr>(labelsAttribute))
    for (auto label : labels.getAsRange<StringAttr>())
      names.push_back(label.str());
  return names;
}

llvm::ArrayRef<std::pair<std::string, unsigned>> Compiler::tappedKernels() const {
  return state->tappedKernels;
}

const TargetModel &Compiler::target() const { return state->target; }

std::string Compiler::targetName() const { return state->network().variants[0].target; }

/// The name of the level that a plan is for, wherever the plan came from; Halide's name of any
/// other machine.
static std::string levelOf(const plan::Plan &plan) {
  for (const std::string &name : TargetModel::names()) {
    llvm::Expected<TargetModel> model = TargetModel::byName(name);
    if (!model)
      llvm::consumeError(model.takeError());
    else if (model->halideTarget == plan.target)
      return model->name;
  }
  return plan.target;
}

driver::Network Compiler::State::network() const {
  return driver::Network({{&built.plan, levelOf(built.plan)}});
}

const plan::Plan &Compiler::plan() const { return state->built.plan; }
llvm::ArrayRef<driver::ObjectFile> Compiler::objects() const { return state->objects; }

KernelStatistics Compiler::statistics() const {
  KernelStatistics result;
  if (!state->service)
    return result;
  const halide::CompileStatistics &from = state->service->statistics();
  result.compiled = from.misses;
  result.cached = from.hits;
  result.kernels = from.misses + from.hits;
  result.corrupt = from.corrupt;
  result.milliseconds = from.milliseconds;
  result.peakBytes = from.peakBytes;
  result.slowest = from.compiled;
  llvm::stable_sort(result.slowest,
                    [](const auto &a, const auto &b) { return a.milliseconds > b.milliseconds; });
  return result;
}

llvm::ArrayRef<PhaseTime> Compiler::times() const { return state->times->parts; }

TimedPart::TimedPart(PartTimes &times, llvm::StringRef name)
    : times(times), outer(times.innermost) {
  auto known = llvm::find_if(times.parts, [&](const PhaseTime &part) { return part.name == name; });
  index = known - times.parts.begin();
  if (known == times.parts.end())
    times.parts.push_back({name.str()});
  times.innermost = this;
}

TimedPart::~TimedPart() {
  std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
  times.parts[index].milliseconds += time.count() - within;
  if (outer)
    outer->within += time.count();
  times.innermost = outer;
}

//===- CompilerState.cpp - What a Compiler holds --------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompilerState.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "dialects/Sched/IR/SchedOps.h"
#include "fovea/Driver/Table.h"
#include "fovea/Frontend/AST.h"
#include "fovea/Pipelines/Pipelines.h"
#include "fovea/Reference/Interpreter.h"
#include "fovea/Support/MlirLocations.h"
#include "fovea/Target/Halide/KernelWorker.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/StringExtras.h"
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
    llvm::StringRef first = layers.split(" + ").first;
    auto call = llvm::find_if(built.plan.calls, [&](const plan::Call &call) {
      return llvm::StringRef(call.name).split(" + ").first == first && !call.where.empty();
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

bool Compiler::State::runPasses(llvm::function_ref<void(PassManager &)> build) {
  PassManager manager(&context);
  std::string failure;
  manager.addInstrumentation(
      std::make_unique<DumpInstrumentation>(options, saved, errors, failure));
  build(manager);
  bool ran = succeeded(manager.run(*module));
  if (!failure.empty())
    messages->print(DiagnosticSeverity::Error, failure);
  return ran && failure.empty();
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

bool Compiler::State::saveHalide(const Compiler &compiler) {
  for (const plan::Kernel &kernel : built.plan.kernels) {
    if (!saved.isOpen())
      break;
    llvm::Expected<std::string> text = halide::emitCpp(kernel, built.plan.target);
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
  for (const driver::ObjectFile &object : objects)
    if (llvm::Error error = saved.write(object.name, object.bytes))
      return compiler.fail(std::move(error));
  llvm::Expected<std::string> ir = driver::emitDriverIR(built.plan);
  if (!ir)
    return compiler.fail(ir.takeError());
  if (llvm::Error error = saved.write("driver.ll", *ir))
    return compiler.fail(std::move(error));
  return true;
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
    printModule(*state->module, phase(), os);
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
    llvm::Expected<std::string> text = halide::emitCpp(kernel, plan().target);
    if (!text)
      return fail(text.takeError());
    os << "// ----- " << kernel.symbol << " -----\n" << *text;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Taps
//===----------------------------------------------------------------------===//

/// The layer of that name, or the last one inside a block of that name.
static Operation *findLayer(func::FuncOp function, llvm::StringRef name) {
  Operation *last = nullptr;
  for (Operation &op : function.getBody().front()) {
    auto attribute = op.getAttrOfType<StringAttr>("name");
    if (!attribute || op.getNumResults() == 0)
      continue;
    if (attribute.getValue() == name)
      return &op;
    if (attribute.getValue().starts_with((name + ".").str()))
      last = &op;
  }
  return last;
}

bool Compiler::addTaps() {
  if (state->options.taps.empty())
    return true;
  if (phase() > Phase::CnnOpt)
    return fail("--tap needs a network of the phase cnn or cnn-opt");
  func::FuncOp function = state->findFunction();
  Operation *end = function.getBody().front().getTerminator();
  for (const std::string &tap : state->options.taps) {
    Operation *layer = findLayer(function, tap);
    if (!layer)
      return fail("--tap: no layer is called '" + tap + "'");
    unsigned index = function.getNumResults();
    auto name = StringAttr::get(&state->context, tap);
    DictionaryAttr attributes = DictionaryAttr::get(
        &state->context, NamedAttribute(StringAttr::get(&state->context, "cnn.name"), name));
    if (failed(function.insertResult(index, layer->getResult(0).getType(), attributes)))
      return false;
    end->insertOperands(index, layer->getResult(0));
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

bool Compiler::checkWeights() {
  if (!state->options.weights.empty())
    return true;
  std::vector<std::string> missing;
  state->module->walk([&](cnn::ParamOp param) {
    if (!param.getValue())
      missing.push_back(param.getSymName().str());
  });
  if (missing.empty())
    return true;
  return fail(llvm::formatv("'{0}' needs weights for {1} parameters ({2}{3}): give --weights FILE, "
                            "or --weights random to try it",
                            state->options.input, missing.size(), missing[0],
                            missing.size() > 1 ? ", …" : "")
                  .str());
}

llvm::Error Compiler::pack(unsigned constant, llvm::MutableArrayRef<char> bytes) {
  return packConstant(
      state->built.packs[constant], [](Value value) { return evaluateConstant(value); }, bytes);
}

//===----------------------------------------------------------------------===//
// What there is
//===----------------------------------------------------------------------===//

func::FuncOp Compiler::function() const { return state->findFunction(); }

func::FuncOp Compiler::reference() const {
  if (!state->reference)
    return {};
  return *ModuleOp(*state->reference).getOps<func::FuncOp>().begin();
}

llvm::Expected<std::vector<Tensor>> Compiler::runReference(llvm::ArrayRef<Tensor> inputs) const {
  return interpret(reference(), inputs);
}

std::optional<llvm::Expected<std::vector<Tensor>>>
fovea::tryInterpret(func::FuncOp function, llvm::ArrayRef<Tensor> inputs) {
  auto isCnn = [](Operation &op) {
    return isa<func::ReturnOp>(op) || isa_and_present<cnn::CnnDialect>(op.getDialect());
  };
  if (!llvm::all_of(function.getBody().front(), isCnn))
    return std::nullopt;
  return interpret(function, inputs);
}

static std::vector<NetworkPort> portsOf(const std::vector<plan::Port> &ports) {
  std::vector<NetworkPort> result;
  for (const plan::Port &port : ports)
    result.push_back({port.name, port.shape});
  return result;
}

static NetworkPort portOf(StringAttr name, Type type, llvm::StringRef kind, unsigned index) {
  return {name ? name.str() : (kind + llvm::Twine(index)).str(),
          cast<ShapedType>(type).getShape().vec()};
}

std::vector<NetworkPort> Compiler::inputs() const {
  if (phase() >= Phase::Plan)
    return portsOf(plan().inputs);
  func::FuncOp function = state->reference ? reference() : state->findFunction();
  std::vector<NetworkPort> ports;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    ports.push_back(
        portOf(function.getArgAttrOfType<StringAttr>(index, "cnn.name"), type, "input", index));
  return ports;
}

std::vector<NetworkPort> Compiler::outputs() const {
  if (phase() >= Phase::Plan)
    return portsOf(plan().outputs);
  func::FuncOp function = state->reference ? reference() : state->findFunction();
  std::vector<NetworkPort> ports;
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    ports.push_back(
        portOf(function.getResultAttrOfType<StringAttr>(index, "cnn.name"), type, "output", index));
  return ports;
}

const TargetModel &Compiler::target() const { return state->target; }
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
  return result;
}

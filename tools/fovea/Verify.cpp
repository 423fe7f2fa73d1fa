//===- Verify.cpp - fovea verify ------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "Tensors.h"
#include "fovea/Driver/Bisect.h"
#include "fovea/Driver/Provenance.h"
#include "fovea/Driver/Table.h"
#include "fovea/Support/Json.h"
#include "fovea/Support/TensorFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;

namespace {
struct VerifyOptions : ComparisonOptions {
  std::string against;
  bool layers = false;
};

/// One value against another: a row of a table, an object of JSON.
struct Row {
  std::string name, where;
  CallOrigin origin; ///< Of the kernel that computes it.
  std::optional<Comparison> reference, native;
};

class Verifier {
public:
  Verifier(VerifyOptions &options, const CommandArguments &command)
      : options(options), command(command) {}
  int run();

private:
  bool compile();
  llvm::Expected<std::vector<Tensor>> makeInputs(llvm::ArrayRef<NetworkPort> ports) const;
  bool runNative();
  bool readAgainst();
  Row rowOf(unsigned layer) const;
  std::optional<unsigned> findLayer(llvm::StringRef name) const;
  llvm::Error addOther(llvm::StringRef name, unsigned index, const Tensor &tensor);
  void addLayers();
  int conclude() const;
  void print() const;
  void printPasses() const;
  void printRows(llvm::ArrayRef<Row> rows, llvm::StringRef what) const;
  void printJson() const;

  bool isBroken(const std::optional<Comparison> &comparison) const {
    return comparison && !comparison->within(options.tolerance);
  }
  std::string describe(const LayerDeviation &deviation) const {
    return passes.index().layers()[deviation.layer].name;
  }

  VerifyOptions &options;
  const CommandArguments &command;
  std::unique_ptr<Compiler> compiler;
  PassErrors passes;
  std::vector<std::string> homes; ///< Of the layers, in cnn-opt.
  NamedTensors others;            ///< Of `--against`.
  LayerValues native;
  std::vector<Row> outputs, layers, against;
};
} // namespace

//===----------------------------------------------------------------------===//
// What is compared
//===----------------------------------------------------------------------===//

llvm::Expected<std::vector<Tensor>> Verifier::makeInputs(llvm::ArrayRef<NetworkPort> ports) const {
  std::vector<std::string> specs = options.inputs;
  LayerIndex index(compiler->reference());
  if (specs.empty() && !options.against.empty())
    for (const NetworkPort &port : ports)
      if (others.count(port.name) && !index.find(port.name)) // A layer's name is the layer's.
        specs.push_back(port.name + "=" + options.against);
  if (specs.empty() && !options.against.empty())
    return llvm::createStringError("--against: " + options.against +
                                   " has no array of the input '" + ports[0].name +
                                   "': give the inputs by --input");
  return givenOrRandom(specs, ports, options.seed);
}

/// Compiles up to cnn-opt, with the interpreter behind each pass.
bool Verifier::compile() {
  options.options.keepReference = true;
  options.options.tapKernels = options.layers || !options.against.empty();
  options.options.afterPass = [&](llvm::StringRef pass, mlir::func::FuncOp function) {
    passes.check(pass, function);
  };
  compiler = options.makeCompiler(command);
  if (!compiler || !compiler->reach(Phase::Cnn) || !compiler->checkWeights())
    return false;
  llvm::Expected<std::vector<Tensor>> inputs = makeInputs(compiler->inputs());
  llvm::Error error =
      inputs ? passes.begin(compiler->reference(), std::move(*inputs)) : inputs.takeError();
  if (error)
    return report(std::move(error)), false;
  if (!compiler->reach(Phase::CnnOpt))
    return false;
  homes = passes.index().homesIn(compiler->function());
  return passes.failure().empty() || compiler->fail(passes.failure());
}

bool Verifier::runNative() {
  std::vector<NetworkPort> ports = compiler->outputs();
  std::unique_ptr<NativeNetwork> network = NativeNetwork::load(*compiler, options.threads);
  if (!network)
    return false;
  showProgress(options, *compiler);
  llvm::Expected<std::vector<Tensor>> actual = network->run(passes.inputs());
  if (!actual)
    return report(actual.takeError()), false;
  for (auto [port, expected, tensor] : llvm::zip_first(ports, passes.outputs(), *actual)) {
    llvm::Expected<Comparison> comparison = compare(expected, tensor);
    if (!comparison)
      return report(comparison.takeError()), false;
    outputs.push_back({port.name, "", {}, std::nullopt, *comparison});
  }
  native = kernelValues(*compiler, passes.index(), *actual);
  return true;
}

/// What is known of a layer's native code.
Row Verifier::rowOf(unsigned index) const {
  const Layer &layer = passes.index().layers()[index];
  Row row{layer.name, layer.where, {}, std::nullopt, std::nullopt};
  if (const plan::Call *call = findCall(compiler->plan(), homes[index], layer.where))
    row.origin = originOf(compiler->plan(), *call);
  return row;
}

void Verifier::addLayers() {
  for (const LayerDeviation &deviation : compareLayers(passes.reference(), native)) {
    layers.push_back(rowOf(deviation.layer));
    layers.back().native = deviation.comparison;
  }
}

/// An array is called as a layer, a block, or an output of the network, in this order: as `--tap`
/// calls it.
std::optional<unsigned> Verifier::findLayer(llvm::StringRef name) const {
  if (std::optional<unsigned> layer = passes.index().find(name))
    return layer;
  mlir::Operation *end = compiler->reference().getBody().front().getTerminator();
  for (auto [port, value] : llvm::zip(compiler->outputs(), end->getOperands()))
    if (port.name == name)
      for (auto [index, layer] : llvm::enumerate(passes.index().layers()))
        if (layer.value == value)
          return index;
  return std::nullopt;
}

/// The network is right if it does what `tensor` says.
llvm::Error Verifier::addOther(llvm::StringRef name, unsigned index, const Tensor &tensor) {
  Row row = rowOf(index);
  row.name = name.str();
  auto compareWith = [&](const LayerValues &values,
                         std::optional<Comparison> &comparison) -> llvm::Error {
    if (!values[index])
      return llvm::Error::success();
    llvm::Expected<Comparison> compared = compare(tensor.toF32(), *values[index]);
    if (!compared) {
      llvm::consumeError(compared.takeError());
      return llvm::createStringError("'" + name + "' is " + tensor.typeName() + " in " +
                                     options.against + ", but " + values[index]->typeName() +
                                     " in the network");
    }
    comparison = *compared;
    return llvm::Error::success();
  };
  if (llvm::Error error = compareWith(passes.reference(), row.reference))
    return error;
  llvm::Error error = compareWith(native, row.native);
  against.push_back(std::move(row));
  return error;
}

/// Compares the tensors of the file in the network's order.
bool Verifier::readAgainst() {
  std::vector<std::pair<unsigned, std::string>> order;
  std::vector<std::string> unknown;
  std::vector<NetworkPort> ports = compiler->inputs();
  for (const auto &[name, tensor] : others) {
    if (std::optional<unsigned> layer = findLayer(name))
      order.push_back({*layer, name});
    else if (llvm::none_of(ports, [&](const NetworkPort &port) { return port.name == name; }))
      unknown.push_back("'" + name + "'");
  }
  if (!unknown.empty())
    llvm::errs() << "warning: " << unknown.size() << " of " << others.size() << " arrays in "
                 << options.against << " have the names of no layers: " << llvm::join(unknown, ", ")
                 << '\n';
  if (order.empty()) {
    report("--against: no array in " + options.against + " has the name of a layer");
    return false;
  }
  llvm::sort(order);
  for (const auto &[layer, name] : order)
    if (llvm::Error error = addOther(name, layer, others.find(name)->second))
      return report(std::move(error)), false;
  return true;
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

static std::string relative(const std::optional<Comparison> &comparison) {
  return comparison ? shortNumber(comparison->relativeError) : "-";
}

void Verifier::printPasses() const {
  Table table({"pass", "brought at most", "at layer", "in all", ""},
              {Align::Left, Align::Right, Align::Left, Align::Right, Align::Left});
  for (const PassError &pass : passes.passes()) {
    const LayerDeviation *brought = greatest(pass.brought), *total = greatest(pass.total);
    if (!brought)
      continue;
    const LayerDeviation *broken = firstAbove(pass.total, options.tolerance);
    bool exact = brought->comparison.relativeError == 0;
    table.add({pass.pass, shortNumber(brought->comparison.relativeError),
               exact ? "" : describe(*brought), shortNumber(total->comparison.relativeError),
               broken ? "too much from " + describe(*broken) + " on" : "ok"});
  }
  table.print(llvm::outs());
  llvm::outs() << '\n';
}

/// Layers with the kernels that compute them, or what there is in a file.
void Verifier::printRows(llvm::ArrayRef<Row> rows, llvm::StringRef what) const {
  bool both = llvm::any_of(rows, [](const Row &row) { return row.reference.has_value(); });
  std::vector<std::string> heading{what.str()};
  std::vector<Align> alignment{Align::Left};
  auto column = [&](llvm::StringRef name, Align align) {
    heading.push_back(name.str());
    alignment.push_back(align);
  };
  if (both)
    column("reference", Align::Right);
  column("native code", Align::Right);
  column("", Align::Left);
  column("computed in", Align::Left);
  column("kernel", Align::Left);
  column("where", Align::Left);
  Table table(heading, alignment);
  for (const Row &row : rows) {
    std::vector<std::string> cells{row.name};
    if (both)
      cells.push_back(relative(row.reference));
    cells.push_back(relative(row.native));
    cells.push_back(isBroken(row.reference) || isBroken(row.native) ? "too much" : "ok");
    cells.push_back(row.origin.layers);
    cells.push_back(row.origin.shortKernel());
    cells.push_back(row.where);
    table.add(std::move(cells));
  }
  table.print(llvm::outs());
  llvm::outs() << '\n';
}

void Verifier::print() const {
  if (!passes.passes().empty())
    printPasses();
  if (options.layers)
    printRows(layers, "layer");
  if (!against.empty())
    printRows(against, "array");
  Table table({"output of native code", "greatest error", "relative", "same argmax", ""},
              {Align::Left, Align::Right, Align::Right, Align::Left, Align::Left});
  for (const Row &row : outputs)
    table.add({row.name, shortNumber(row.native->maxAbsError),
               shortNumber(row.native->relativeError), row.native->sameArgmax ? "yes" : "no",
               isBroken(row.native) ? "too much" : "ok"});
  table.print(llvm::outs());
}

static llvm::json::Value toJSON(const Comparison &comparison, double tolerance) {
  return llvm::json::Object{{"greatestError", finiteOrNull(comparison.maxAbsError)},
                            {"relativeError", finiteOrNull(comparison.relativeError)},
                            {"notFinite", comparison.notFinite},
                            {"sameArgmax", comparison.sameArgmax},
                            {"ok", comparison.within(tolerance)}};
}

static llvm::json::Array toJSON(llvm::ArrayRef<Row> rows, llvm::StringRef what, double tolerance) {
  llvm::json::Array array;
  for (const Row &row : rows) {
    llvm::json::Object object{{what, row.name}};
    if (!row.where.empty())
      object["where"] = row.where;
    if (!row.origin.kernel.empty())
      object["computedIn"] = toJSON(row.origin);
    if (row.reference)
      object["reference"] = toJSON(*row.reference, tolerance);
    if (row.native)
      object["native"] = toJSON(*row.native, tolerance);
    array.push_back(std::move(object));
  }
  return array;
}

void Verifier::printJson() const {
  llvm::json::Array passArray;
  auto deviation = [&](const LayerDeviation &from) {
    const Layer &layer = passes.index().layers()[from.layer];
    return llvm::json::Object{{"layer", layer.name},
                              {"where", layer.where},
                              {"relativeError", finiteOrNull(from.comparison.relativeError)}};
  };
  for (const PassError &pass : passes.passes()) {
    llvm::json::Object object{{"pass", pass.pass}};
    if (const LayerDeviation *brought = greatest(pass.brought))
      object["brought"] = deviation(*brought);
    if (const LayerDeviation *total = greatest(pass.total))
      object["total"] = deviation(*total);
    if (const LayerDeviation *broken = firstAbove(pass.total, options.tolerance))
      object["firstBroken"] = deviation(*broken);
    passArray.push_back(std::move(object));
  }
  llvm::json::Object all{{"tolerance", options.tolerance},
                         {"passes", std::move(passArray)},
                         {"outputs", toJSON(outputs, "output", options.tolerance)}};
  if (options.layers)
    all["layers"] = toJSON(layers, "layer", options.tolerance);
  if (!against.empty())
    all["against"] = toJSON(against, "array", options.tolerance);
  llvm::outs() << llvm::formatv("{0:2}\n", llvm::json::Value(std::move(all)));
}

/// The exit code; names the first that breaks the tolerance.
int Verifier::conclude() const {
  std::string limit = " is off by more than " + shortNumber(options.tolerance);
  if (const PassError *pass = passes.firstAbove(options.tolerance)) {
    const LayerDeviation &broken = *firstAbove(pass->total, options.tolerance);
    return report("'" + describe(broken) + "'" + limit + " after " + pass->pass);
  }
  for (const Row &row : against)
    if (isBroken(row.reference) || isBroken(row.native))
      return report("'" + row.name + "'" + limit + " from " + options.against + " in " +
                    (isBroken(row.reference) ? "the reference" : "native code"));
  for (llvm::ArrayRef<Row> rows : {llvm::ArrayRef(layers), llvm::ArrayRef(outputs)})
    for (const Row &row : rows)
      if (isBroken(row.native))
        return report("'" + row.name + "'" + limit + " after native code");
  return 0;
}

int Verifier::run() {
  if (!options.against.empty()) {
    llvm::Expected<NamedTensors> read = readTensorFile(options.against);
    if (!read)
      return report(read.takeError());
    others = std::move(*read);
  }
  if (!compile() || !runNative())
    return 1;
  if (options.layers)
    addLayers();
  if (!options.against.empty() && !readAgainst())
    return 1;
  if (options.json)
    printJson();
  else
    print();
  return conclude();
}

int fovea::verifyCommand(const CommandArguments &command) {
  CommandLine line("verify",
                   "Compares the network after each pass, layer by layer, and then native code "
                   "with the reference interpreter, which\naccumulates in double, on seeded random "
                   "inputs or given ones. Errors are relative to the greatest magnitude of "
                   "a\nlayer's result; above the tolerance it fails.",
                   "net.cnn[:network] --weights FILE [options]");
  VerifyOptions options;
  options.declareComparison(line);
  line.flag("layers", options.layers, "Compare the result of every kernel of native code, too");
  line.text("against", options.against, "FILE",
            "Compare with another framework's results: arrays named as layers, and the inputs");
  line.flag("json", options.json, "Print JSON");
  options.declare(line, /*withKernels=*/true);
  line.example("fovea verify lenet5.cnn --weights lenet5.safetensors",
               "which rewrite costs how much accuracy");
  line.example("fovea verify resnet.cnn:resnet18 --weights random:7 --layers",
               "the results of all kernels, too");
  line.example("fovea verify resnet.cnn:resnet18 --weights w.safetensors --against torch.npz",
               "what another framework computes");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  return Verifier(options, command).run();
}

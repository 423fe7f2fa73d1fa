//===- Dumps.cpp - The IR between the passes ------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Dumps.h"
#include "fovea/Import/BindWeights.h"
#include "fovea/Support/AtomicFile.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

using namespace fovea;
using namespace mlir;

//===----------------------------------------------------------------------===//
// Printing and reading
//===----------------------------------------------------------------------===//

static constexpr llvm::StringLiteral phaseAttribute = "fovea.phase",
                                     passesAttribute = "fovea.passes",
                                     afterAttribute = "fovea.after",
                                     targetAttribute = "fovea.target";

static void writeStation(ModuleOp module, const Station &station) {
  Builder builder(module.getContext());
  for (llvm::StringRef name : {phaseAttribute, passesAttribute, afterAttribute, targetAttribute})
    module->removeAttr(name);
  module->setAttr(phaseAttribute, builder.getStringAttr(toString(station.phase)));
  if (station.passes) {
    module->setAttr(passesAttribute, builder.getI64IntegerAttr(station.passes));
    module->setAttr(afterAttribute, builder.getStringAttr(station.after));
  }
  if (!station.target.empty())
    module->setAttr(targetAttribute, builder.getStringAttr(station.target));
}

void fovea::printModule(ModuleOp module, const Station &station, bool constants,
                        llvm::raw_ostream &os) {
  OwningOpRef<ModuleOp> copy =
      constants ? OwningOpRef<ModuleOp>(module.clone()) : elideValues(module);
  writeStation(*copy, station);
  OpPrintingFlags flags;
  flags.enableDebugInfo();
  if (!constants)
    flags.elideLargeResourceString(0);
  copy->print(os, flags);
  os << '\n';
}

llvm::Expected<std::optional<Station>> fovea::stationOf(ModuleOp module) {
  auto phase = module->getAttrOfType<StringAttr>(phaseAttribute);
  if (!phase)
    return std::nullopt;
  std::optional<Phase> parsed = parsePhase(phase.getValue());
  if (!parsed || *parsed < Phase::Cnn || *parsed > Phase::Sched)
    return llvm::createStringError("of the unknown phase '" + phase.getValue() + "'");
  Station station;
  station.phase = *parsed;
  if (auto target = module->getAttrOfType<StringAttr>(targetAttribute))
    station.target = target.str();
  auto passes = module->getAttrOfType<IntegerAttr>(passesAttribute);
  auto after = module->getAttrOfType<StringAttr>(afterAttribute);
  if (!passes && !after)
    return station;
  if (!passes || !after || !passes.getType().isInteger(64) || passes.getInt() < 1 ||
      passes.getInt() > 1000 || station.phase == Phase::Sched)
    return llvm::createStringError("behind no pass: '" + passesAttribute + "' and '" +
                                   afterAttribute + "' say a number and a name together");
  station.passes = passes.getInt();
  station.after = after.str();
  return station;
}

llvm::Error SavedFiles::open(llvm::StringRef path) {
  if (path.empty())
    return llvm::Error::success();
  if (std::error_code error = llvm::sys::fs::create_directories(path))
    return llvm::createStringError(error,
                                   "cannot make the folder " + path + ": " + error.message());
  folder = path.str();
  return llvm::Error::success();
}

llvm::Error SavedFiles::number(llvm::StringRef name, llvm::StringRef text) {
  std::string numbered;
  llvm::raw_string_ostream(numbered) << llvm::format("%03u-", next++) << name;
  return write(numbered, text);
}

llvm::Error SavedFiles::write(llvm::StringRef name, llvm::StringRef bytes) {
  if (!isOpen())
    return llvm::Error::success();
  llvm::SmallString<128> path(folder);
  llvm::sys::path::append(path, name);
  return writeFileAtomically(path, bytes);
}

//===----------------------------------------------------------------------===//
// Between passes
//===----------------------------------------------------------------------===//

static ModuleOp moduleOf(Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  return module ? module : op->getParentOfType<ModuleOp>();
}

namespace fovea {
/// Those passes that only run others have no argument.
class DumpInstrumentation : public PassInstrumentation {
public:
  explicit DumpInstrumentation(PipelineWatch &watch) : watch(watch) {}

  void runBeforePass(Pass *pass, Operation *op) override {
    if (!pass->getArgument().empty())
      watch.beforePass(op);
  }
  void runAfterPass(Pass *pass, Operation *op) override {
    if (!pass->getArgument().empty())
      watch.afterPass(pass->getArgument(), op);
  }

private:
  PipelineWatch &watch;
};
} // namespace fovea

bool PipelineWatch::run(PassManager &manager, ModuleOp module, Station &at) {
  station = &at;
  toSkip = at.passes;
  seen = 0;
  MLIRContext *context = module.getContext();
  manager.addInstrumentation(std::make_unique<DumpInstrumentation>(*this));
  context->registerActionHandler([this](function_ref<void()> run, const tracing::Action &action) {
    auto *execution = dyn_cast<PassExecutionAction>(&action);
    if (execution && !execution->getPass().getArgument().empty())
      execute(run, execution->getPass().getArgument(), execution->getOp());
    else
      run();
  });
  bool ran = succeeded(manager.run(module));
  context->registerActionHandler(nullptr);
  if (failure.empty() && seen < toSkip)
    skip("");
  return ran && failure.empty();
}

void PipelineWatch::execute(function_ref<void()> pass, llvm::StringRef name, Operation *op) {
  if (seen < toSkip)
    return skip(name);
  if (!failure.empty())
    return;
  pass();
  if (options.tamper)
    for (func::FuncOp function : moduleOf(op).getOps<func::FuncOp>())
      if (llvm::Error error = options.tamper(name, function))
        failure = llvm::toString(std::move(error));
}

/// A pass that the module has behind it. The last one must be the one that the module names.
void PipelineWatch::skip(llvm::StringRef name) {
  if (!name.empty() && (seen + 1 != toSkip || name == station->after))
    return;
  failure = ("'" + llvm::Twine(options.input) + "' stands behind pass " + llvm::Twine(toSkip) +
             " of the pipeline, '" + station->after + "', " +
             (name.empty() ? "but the pipeline is shorter" : "but here that is '" + name + "'") +
             ": give the options that it was written with")
                .str();
}

void PipelineWatch::beforePass(Operation *op) {
  if (options.afterPass || options.printAfterChange)
    before.emplace(moduleOf(op));
}

void PipelineWatch::afterPass(llvm::StringRef name, Operation *op) {
  if (++seen <= toSkip || !failure.empty())
    return;
  ModuleOp module = moduleOf(op);
  station->passes = seen;
  station->after = name.str();
  bool changed = before && *before != OperationFingerPrint(module);
  if (options.afterPass && changed)
    for (func::FuncOp function : module.getOps<func::FuncOp>())
      options.afterPass(name, function);
  bool shown = llvm::is_contained(options.printAfter, name) ||
               llvm::is_contained(options.printAfter, "all") ||
               (options.printAfterChange && changed);
  if (!shown && !files.isOpen())
    return;
  std::string text;
  llvm::raw_string_ostream stream(text);
  printModule(module, *station, options.printConstants, stream);
  if (shown)
    os << "// ----- after " << name << " -----\n" << text;
  if (llvm::Error error = files.number((name + ".mlir").str(), text))
    failure = llvm::toString(std::move(error));
}

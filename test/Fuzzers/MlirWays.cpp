//===- MlirWays.cpp - A module through printing, passes and plan ----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "MlirWays.h"
#include "Fuzzer.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "dialects/Sched/IR/SchedOps.h"
#include "fovea/Pipelines/Pipelines.h"
#include "fovea/Target/Plan/BuildPlan.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

using namespace fovea;
using namespace mlir;

MLIRContext &test::freshContext() {
  static std::unique_ptr<MLIRContext> context;
  static unsigned uses = 0;
  if (uses++ % 200 == 0) {
    context = std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
    context->loadDialect<cnn::CnnDialect, sched::SchedDialect, func::FuncDialect,
                         memref::MemRefDialect>();
    context->getDiagEngine().registerHandler([](Diagnostic &) { return success(); });
  }
  return *context;
}

static std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os, OpPrintingFlags().enableDebugInfo());
  return text;
}

void test::requireRoundTrip(ModuleOp module) {
  std::string text = print(module);
  OwningOpRef<ModuleOp> again = parseSourceString<ModuleOp>(text, module.getContext());
  require(bool(again), "what was printed parses:\n" + text);
  // A resource that is read again gets another name.
  if (text.find("dialect_resources") != std::string::npos)
    return;
  std::string second = print(*again);
  require(second == text, "what was printed prints the same again:\n" + text + "\n" + second);
}

bool test::isSmall(ModuleOp module) {
  constexpr int64_t mostElements = 1 << 16;
  return !module
              .walk([&](Operation *op) {
                for (NamedAttribute attribute : op->getAttrs())
                  if (auto elements = dyn_cast<ElementsAttr>(attribute.getValue()))
                    if (elements.getNumElements() > mostElements)
                      return WalkResult::interrupt();
                return WalkResult::advance();
              })
              .wasInterrupted();
}

static bool run(ModuleOp module, llvm::function_ref<void(PassManager &)> build) {
  PassManager manager(module.getContext());
  build(manager);
  if (failed(manager.run(module)))
    return false;
  test::requireRoundTrip(module);
  return true;
}

static void buildPlans(ModuleOp module) {
  TargetModel target = llvm::cantFail(TargetModel::byName("x86-64-v3"));
  for (func::FuncOp function : module.getOps<func::FuncOp>()) {
    FailureOr<BuiltPlan> built = buildPlan(function, target);
    if (failed(built))
      continue;
    llvm::json::Value written = plan::toJSON(built->plan);
    auto again = plan::planFromJSON(written);
    test::require(bool(again) && plan::toJSON(*again) == written,
                  "a plan that is written reads back");
  }
}

void test::lower(ModuleOp module) {
  SchedOptions sched;
  sched.target = "x86-64-v3";
  if (run(module, [](PassManager &manager) { buildCnnPipeline(manager, CnnOptions()); }) &&
      run(module, [&](PassManager &manager) { buildSchedPipeline(manager, sched); }))
    buildPlans(module);
}

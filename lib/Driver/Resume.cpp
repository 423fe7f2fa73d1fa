//===- Resume.cpp - Compiling on from what was printed --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "CompilerState.h"
#include "dialects/Cnn/Transforms/Passes.h"
#include "dialects/Sched/IR/SchedOps.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "fovea/Support/Json.h"
#include "fovea/Support/Nesting.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace fovea;

/// Somebody may have edited what claims to keep a phase's contract.
static bool checkContract(mlir::ModuleOp module, const Station &station) {
  mlir::PassManager manager(module.getContext());
  if (station.passes == 0 && station.phase == Phase::CnnOpt)
    manager.addPass(cnn::createVerifyCnnOpt());
  if (station.phase == Phase::Sched)
    manager.addNestedPass<mlir::func::FuncOp>(sched::createVerifySched());
  return succeeded(manager.run(module));
}

static bool holdsSchedOps(mlir::func::FuncOp function) {
  return llvm::any_of(function.getBody().front(), [](mlir::Operation &op) {
    return llvm::isa_and_present<sched::SchedDialect>(op.getDialect());
  });
}

bool Compiler::readMlir() {
  const std::string &input = state->options.input;
  if (!state->options.parameters.empty())
    return fail("--param does not apply to '" + input + "': its parameters have values already");
  auto file = llvm::MemoryBuffer::getFile(input);
  if (!file)
    return fail("cannot read '" + input + "': " + file.getError().message());
  if (std::string fault = mlir::isBytecode(**file) ? "" : faultOfMlirText((*file)->getBuffer());
      !fault.empty())
    return fail("'" + input + "' " + fault);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(*file), llvm::SMLoc());
  state->module = mlir::parseSourceFile<mlir::ModuleOp>(sources, &state->context);
  if (!state->module)
    return false; // The parser has said why.
  mlir::func::FuncOp function = state->findFunction();
  if (!function || function.isDeclaration())
    return fail("'" + input + "' does not hold exactly one network");
  llvm::Expected<std::optional<Station>> station = stationOf(*state->module);
  if (!station)
    return fail("'" + input + "' is " + llvm::toString(station.takeError()));
  if (*station)
    state->station = **station;
  // fovea-opt runs passes and leaves what the module says of itself as it was.
  if (state->station.passes == 0 && holdsSchedOps(function))
    state->station.phase = Phase::Sched;
  state->next = static_cast<int>(state->station.phase) + 1;
  if (!state->station.target.empty() && state->station.target != state->target.name)
    return fail("'" + input + "' is for the target " + state->station.target + ", not " +
                state->target.name + ": give --target=" + state->station.target);
  return checkContract(*state->module, state->station);
}

bool Compiler::readPlan() {
  const std::string &input = state->options.input;
  if (!state->options.parameters.empty() || !state->options.taps.empty())
    return fail("--param and --tap do not apply to a plan");
  if (state->options.keepReference)
    return fail("the reference interpreter knows the phases cnn and cnn-opt, not plan");
  auto file = llvm::MemoryBuffer::getFile(input, /*IsText=*/true);
  if (!file)
    return fail("cannot read '" + input + "': " + file.getError().message());
  llvm::Expected<llvm::json::Value> value = parseJson((*file)->getBuffer());
  if (!value)
    return fail(input + ": " + llvm::toString(value.takeError()));
  llvm::Expected<plan::Plan> plan = plan::planFromJSON(*value);
  if (!plan)
    return fail(input + ": " + llvm::toString(plan.takeError()));
  state->built.plan = std::move(*plan);
  halide::assignSymbols(state->built.plan);
  if (llvm::Error error = driver::checkPlan(state->built.plan))
    return fail(input + ": " + llvm::toString(std::move(error)));
  state->next = static_cast<int>(Phase::Plan) + 1;
  return true;
}

//===- TorchTest.cpp - Machine code against PyTorch -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The stored cases of test/Reference/Inputs, whose expected values PyTorch computed, as one network
// that is compiled and run: the interpreter is not asked.
//
//===----------------------------------------------------------------------===//
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Driver/NativeNetwork.h"
#include "fovea/Support/Compare.h"
#include "fovea/Support/TensorFile.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace mlir;

namespace {
/// All cases that a network can hold, as one function: what is a weight in a network becomes a
/// parameter, the other operands become inputs.
class Network {
public:
  explicit Network(const NamedTensors &tensors) : tensors(tensors), builder(&context) {
    context.loadDialect<cnn::CnnDialect, func::FuncDialect>();
  }
  void build(llvm::StringRef path);
  std::string text() const;

  std::vector<std::string> inputs, outputs; ///< Names in `tensors`.

private:
  void add(func::FuncOp function);
  Value parameter(const std::string &name, RankedTensorType type);

  const NamedTensors &tensors;
  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> cases, module;
  func::FuncOp whole;
  llvm::SmallVector<Value> results;
};
} // namespace

static bool isWeight(Operation &op, unsigned operand) {
  return operand > 0 && !isa<cnn::AddOp, cnn::ConcatOp>(op);
}

/// Networks compute images and matrices; ops on weights and columns stand between others.
static bool standsAlone(Operation &op) {
  auto affine = dyn_cast<cnn::ChannelAffineOp>(op);
  if (isa<cnn::SubPixelWeightOp, cnn::InputAffineOp>(op) || (affine && affine.getAxis() != 1))
    return false;
  auto isPort = [](Value value) {
    int64_t rank = cast<RankedTensorType>(value.getType()).getRank();
    return rank == 2 || rank == 4;
  };
  return llvm::all_of(op.getResults(), isPort) && isPort(op.getOperand(0));
}

Value Network::parameter(const std::string &name, RankedTensorType type) {
  OpBuilder atModule(module->getBody(), module->getBody()->begin());
  auto values = DenseElementsAttr::get(type, tensors.at(name).floats());
  cnn::ParamOp::create(atModule, builder.getUnknownLoc(), name, type, values, StringAttr());
  return cnn::LoadParamOp::create(builder, builder.getUnknownLoc(), type, name);
}

void Network::add(func::FuncOp function) {
  std::string name = function.getName().str();
  Operation &op = function.getBody().front().front();
  if (!standsAlone(op))
    return;
  IRMapping mapping;
  for (auto [i, operand] : llvm::enumerate(op.getOperands())) {
    std::string tensor = name + ".in" + std::to_string(i);
    auto type = cast<RankedTensorType>(operand.getType());
    if (isWeight(op, i)) {
      mapping.map(operand, parameter(tensor, type));
      continue;
    }
    unsigned index = whole.getNumArguments();
    ASSERT_TRUE(succeeded(whole.insertArgument(index, type, {}, op.getLoc())));
    mapping.map(operand, whole.getArgument(index));
    inputs.push_back(tensor);
  }
  for (auto [i, result] : llvm::enumerate(builder.clone(op, mapping)->getResults())) {
    results.push_back(result);
    outputs.push_back(name + ".out" + std::to_string(i));
  }
}

void Network::build(llvm::StringRef path) {
  cases = parseSourceFile<ModuleOp>(path, &context);
  ASSERT_TRUE(cases);
  module = ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToEnd(module->getBody());
  whole = func::FuncOp::create(builder, builder.getUnknownLoc(), "torch",
                               builder.getFunctionType({}, {}));
  builder.setInsertionPointToEnd(whole.addEntryBlock());
  for (auto function : cases->getOps<func::FuncOp>())
    add(function);
  func::ReturnOp::create(builder, builder.getUnknownLoc(), results);
  whole.setFunctionType(
      builder.getFunctionType(whole.getArgumentTypes(), TypeRange(ValueRange(results))));
}

std::string Network::text() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  ModuleOp(*module).print(os, OpPrintingFlags().elideLargeElementsAttrs(1 << 30));
  return text;
}

/// Compiles the network and compares each output with the stored one.
static void runNatively(const Network &network, const NamedTensors &tensors,
                        llvm::function_ref<void(CompilerOptions &)> change) {
  llvm::SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("fovea-torch", "mlir", path));
  std::error_code failure;
  llvm::raw_fd_ostream(path, failure) << network.text();
  CompilerOptions options;
  options.input = path.str();
  options.worker = FOVEA_PROGRAM;
  options.workers = 2;
  change(options);
  std::string errors;
  llvm::raw_string_ostream os(errors);
  Compiler compiler(options, os);
  std::unique_ptr<NativeNetwork> native = NativeNetwork::load(compiler, 1);
  llvm::sys::fs::remove(path);
  ASSERT_TRUE(native) << errors;
  std::vector<Tensor> inputs;
  for (const std::string &name : network.inputs)
    inputs.push_back(tensors.at(name));
  auto actual = native->run(inputs);
  ASSERT_TRUE(bool(actual)) << llvm::toString(actual.takeError());
  ASSERT_EQ(actual->size(), network.outputs.size());
  for (auto [name, tensor] : llvm::zip(network.outputs, *actual))
    EXPECT_LE(llvm::cantFail(compare(tensors.at(name), tensor)).relativeError, 1e-5) << name;
}

class TorchNative : public testing::TestWithParam<const char *> {};

TEST_P(TorchNative, EveryCase) {
  std::string folder = FOVEA_TORCH_CASES, way = GetParam();
  NamedTensors tensors = llvm::cantFail(readSafeTensors(folder + "/torch_cases.safetensors"));
  Network network(tensors);
  network.build(folder + "/torch_cases.mlir");
  EXPECT_GE(network.outputs.size(), 30u);
  runNatively(network, tensors, [&](CompilerOptions &options) {
    if (way == "im2col")
      options.im2col = ".*";
    if (way == "nchw")
      options.layout = "nchw";
  });
}

INSTANTIATE_TEST_SUITE_P(Ways, TorchNative, testing::Values("plain", "im2col", "nchw"),
                         [](const auto &info) { return std::string(info.param); });

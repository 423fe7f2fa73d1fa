//===- TorchTest.cpp - The interpreter against PyTorch ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "RunText.h"
#include "fovea/Support/Compare.h"
#include "fovea/Support/TensorFile.h"

using namespace fovea;
using namespace fovea::test;

/// The tensors "<prefix>0", "<prefix>1", …
static std::vector<Tensor> numbered(const NamedTensors &tensors, const std::string &prefix) {
  std::vector<Tensor> found;
  for (auto it = tensors.find(prefix + "0"); it != tensors.end();
       it = tensors.find(prefix + std::to_string(found.size())))
    found.push_back(it->second);
  return found;
}

TEST(Torch, EveryCase) {
  std::string folder = FOVEA_TEST_INPUTS;
  NamedTensors tensors = llvm::cantFail(readSafeTensors(folder + "/torch_cases.safetensors"));
  Context context;
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(folder + "/torch_cases.mlir", &context);
  ASSERT_TRUE(module);
  unsigned cases = 0;
  for (auto function : module->getOps<mlir::func::FuncOp>()) {
    SCOPED_TRACE(function.getName().str());
    std::vector<Tensor> expected = numbered(tensors, function.getName().str() + ".out");
    auto actual = interpret(function, numbered(tensors, function.getName().str() + ".in"));
    ASSERT_TRUE(bool(actual)) << llvm::toString(actual.takeError());
    ASSERT_EQ(expected.size(), actual->size());
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_LE(llvm::cantFail(compare(expected[i], (*actual)[i])).relativeError, 1e-6);
    ++cases;
  }
  EXPECT_EQ(cases, 69u);
}

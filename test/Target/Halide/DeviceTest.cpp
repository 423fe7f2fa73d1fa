//===- DeviceTest.cpp - Kernels for GPUs ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "KernelRunner.h"
#include "fovea/Target/Halide/KernelCompiler.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;
using llvm::cantFail;

namespace {

constexpr const char *opencl = "x86-64-linux-opencl", *cuda = "x86-64-linux-cuda";

/// The ReLU of an image, a thread per pixel.
plan::Kernel reluKernel() {
  std::vector<int64_t> shape = {1, 4, 6, 8};
  plan::Kernel kernel = singleStage("relu", "elementwise", {{shape, 1}}, {}, shape, 1);
  kernel.schedule = {{"gpu_blocks", {"y", "ob"}}, {"gpu_threads", {"x"}}};
  return kernel;
}

struct Symbols {
  std::vector<std::string> defined, weak, undefined;
};

Symbols symbolsOf(llvm::StringRef object) {
  auto file =
      cantFail(llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(object, "object")));
  Symbols symbols;
  for (const llvm::object::SymbolRef &symbol : file->symbols()) {
    uint32_t flags = cantFail(symbol.getFlags());
    std::string name = cantFail(symbol.getName()).str();
    if (flags & llvm::object::SymbolRef::SF_Undefined)
      symbols.undefined.push_back(name);
    else if (flags & llvm::object::SymbolRef::SF_Weak)
      symbols.weak.push_back(name);
    else if (flags & llvm::object::SymbolRef::SF_Global)
      symbols.defined.push_back(name);
  }
  return symbols;
}

std::string errorOf(const plan::Kernel &kernel, const char *target) {
  auto compiled = halide::compileKernel(kernel, target);
  return compiled ? "no error" : toString(compiled.takeError());
}

} // namespace

TEST(Device, KernelsImportTheDeviceRuntimeUnderFoveasNames) {
  for (auto [target, function] :
       {std::pair(opencl, "fovea_halide_opencl_run"), std::pair(cuda, "fovea_halide_cuda_run")}) {
    auto compiled = cantFail(halide::compileKernel(reluKernel(), target));
    EXPECT_EQ(compiled.scratchBytes, 0);
    Symbols kernel = symbolsOf(compiled.object);
    EXPECT_TRUE(llvm::is_contained(kernel.undefined, function)) << target;
    Symbols runtime = symbolsOf(cantFail(halide::deviceRuntime(target)));
    for (const std::string &name : kernel.undefined)
      EXPECT_TRUE(name.empty() || llvm::is_contained(runtime.weak, name)) << name;
  }
}

TEST(Device, RuntimeDefinesNothingThatIsNotFoveas) {
  Symbols runtime = symbolsOf(cantFail(halide::deviceRuntime(opencl)));
  EXPECT_TRUE(runtime.defined.empty());
  EXPECT_TRUE(llvm::is_contained(runtime.weak, "fovea_halide_initialize"));
  for (const std::string &name : runtime.weak)
    EXPECT_TRUE(llvm::StringRef(name).starts_with("fovea_")) << name;
}

TEST(Device, DirectivesNeedADevice) {
  EXPECT_EQ(errorOf(reluKernel(), opencl), "no error");
  std::string message = errorOf(reluKernel(), "x86-64-linux");
  EXPECT_NE(message, "no error");
  plan::Kernel kernel = reluKernel();
  kernel.schedule[0].args = {"y", "ob", "n", "x"};
  EXPECT_EQ(errorOf(kernel, opencl),
            "stage 'out': gpu_blocks(y, ob, n, x): takes 1 or more arguments, got 4");
  kernel.schedule[0].args = {"z"};
  EXPECT_NE(errorOf(kernel, opencl).find("there is no loop 'z'"), std::string::npos);
}

TEST(Device, PrintsWhatItDoes) {
  std::string text = cantFail(halide::emitCpp(reluKernel(), opencl));
  EXPECT_NE(text.find("out.gpu_blocks(y, ob);\n  out.gpu_threads(x);"), std::string::npos) << text;
  std::vector<int64_t> shape = {1, 4, 6, 8};
  plan::Kernel softmax =
      singleStage("softmax", "softmax", {{shape, 1}}, {}, shape, 1, {{"axis", {1}}});
  softmax.schedule = reluKernel().schedule;
  text = cantFail(halide::emitCpp(softmax, opencl));
  EXPECT_NE(text.find("softmax0_sum.update().gpu_single_thread();"), std::string::npos) << text;
}

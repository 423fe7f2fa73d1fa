//===- KernelCompilerTest.cpp - Errors, keys, objects and text --*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <functional>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::test;

namespace {

/// pad, convolution and relu in one kernel, scheduled and parallel.
plan::Kernel convKernel() {
  std::vector<int64_t> shape = {1, 32, 9, 13};
  plan::Kernel kernel =
      singleStage("conv", "direct", {{{1, 16, 9, 13}, 8}},
                  {constantArgument({4, 2, 3, 3, 8, 8}), constantArgument({4, 8})}, shape, 8,
                  {{"kernel", {3, 3}}});
  plan::Stage &conv = kernel.stages[0];
  conv.name = "layer1.conv";
  conv.operands[0] = stage(0);
  conv.schedule = {{"compute_at", {"out", "xo"}},
                   {"store_in", {"stack"}},
                   {"vectorize", {"oi"}},
                   {"unroll", {"x"}},
                   {"unroll", {"ob"}}};
  conv.update = {{"split", {"cb", "cbo", "cbi", "2"}},
                 {"reorder", {"oi", "ob", "x", "ci", "kx", "ky", "cbi", "cbo"}},
                 {"prefetch", {"1", "cbi"}},
                 {"vectorize", {"oi"}},
                 {"unroll", {"x"}},
                 {"unroll", {"ob"}}};
  plan::Stage pad;
  pad.name = "layer1.conv";
  pad.kind = pad.algorithm = "pad";
  pad.operands = {argument(0)};
  pad.ints = {{"padding", {1, 1, 1, 1}}, {"stride", {1, 1}}};
  pad.shape = {1, 16, 11, 15};
  pad.block = 8;
  pad.schedule = {{"compute_root", {}}, {"store_in", {"heap"}}, {"vectorize", {"oi"}}};
  plan::Stage relu;
  relu.name = "layer1.relu";
  relu.kind = "relu";
  relu.algorithm = "elementwise";
  relu.operands = {stage(1)};
  relu.shape = shape;
  relu.block = 8;
  kernel.stages.insert(kernel.stages.begin(), pad);
  kernel.stages.push_back(relu);
  kernel.arguments.front().pixelStride = kernel.arguments.back().pixelStride = 8;
  kernel.schedule = {{"split", {"x", "xo", "xi", "6", "shift_inwards"}},
                     {"split", {"ob", "obo", "obi", "2"}},
                     {"reorder", {"oi", "xi", "obi", "xo", "y", "obo", "n"}},
                     {"fuse", {"y", "obo", "task"}},
                     {"vectorize", {"oi"}},
                     {"unroll", {"xi"}},
                     {"unroll", {"obi"}},
                     {"parallel", {"task"}}};
  return kernel;
}

std::string errorAfter(const std::function<void(plan::Kernel &)> &change) {
  plan::Kernel kernel = convKernel();
  change(kernel);
  auto compiled = halide::compileKernel(kernel, hostTarget());
  return compiled ? "no error" : toString(compiled.takeError());
}

//===----------------------------------------------------------------------===//
// Illegal plans
//===----------------------------------------------------------------------===//

TEST(IllegalPlan, Stages) {
  auto conv = [](plan::Kernel &kernel) -> plan::Stage & { return kernel.stages[1]; };
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).kind = "dream"; }),
            "stage 'layer1.conv': unknown kind 'dream'");
  EXPECT_EQ(
      errorAfter([&](auto &k) { conv(k).algorithm = "guess"; }),
      "stage 'layer1.conv': a conv has the algorithms direct, grouped, depthwise, not 'guess'");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).operands.pop_back(), conv(k).operands.pop_back(); }),
            "stage 'layer1.conv': expected 2 to 3 operands, got 1");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).operands[0] = stage(1); }),
            "stage 'layer1.conv': there is no earlier stage 1");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).operands[0] = argument(3); }),
            "stage 'layer1.conv': there is no input argument 3");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).operands[0] = argument(1); }),
            "stage 'layer1.conv': operand 0 must be a tensor of batch size 1");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).ints.clear(); }),
            "stage 'layer1.conv': expected 'kernel' with 2 integers");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).ints["stride"] = {0, 1}; }),
            "stage 'layer1.conv': kernel, stride and dilation are positive");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).ints["stride"] = {-1, 1}; }),
            "stage 'layer1.conv': 'stride' is out of range");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).ints["stride"] = {2, 2}; }),
            "stage 'layer1.conv': expected the shape [1, 32, 5, 7], got [1, 32, 9, 13]");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).ints["kernel"] = {12, 1}; }),
            "stage 'layer1.conv': the window is larger than the padded input");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).ints["groups"] = {3}; }),
            "stage 'layer1.conv': groups must divide the channels");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).ints["flat"] = {12}; }),
            "stage 'layer1.conv': expected 'flat' to be the output width 13");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).block = 4; }),
            "stage 'layer1.conv': operand 1 must be a constant of f32 [8, 2, 3, 3, 8, 4], not [4, "
            "2, 3, 3, 8, 8]");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).block = 0; }),
            "stage 'layer1.conv': expected a block from 1 to 4096");
  EXPECT_EQ(errorAfter([&](auto &k) { conv(k).shape = {1, 32, 1 << 20, 1 << 20}; }),
            "stage 'layer1.conv': expected the shape [N, C, H, W] with positive extents and a "
            "product below 2^31");
  EXPECT_EQ(errorAfter([&](auto &k) { k.stages[2].block = 4; }),
            "stage 'layer1.relu': shape or block is not the output's");
}

TEST(IllegalPlan, Arguments) {
  EXPECT_EQ(errorAfter([](auto &k) { k.stages.clear(); }), "a kernel needs a stage");
  EXPECT_EQ(errorAfter([](auto &k) { k.arguments.pop_back(); }),
            "a kernel's last argument must be its output");
  EXPECT_EQ(errorAfter([](auto &k) { k.arguments[0].role = plan::Argument::Role::Output; }),
            "argument 0: only the last argument can be an output");
  EXPECT_EQ(errorAfter([](auto &k) { k.arguments[0].shape = {16, 9, 13}; }),
            "argument 0: expected the shape [N, C, H, W]");
  EXPECT_EQ(errorAfter([](auto &k) { k.arguments[0].dtype = plan::DType::I8; }),
            "argument 0: expected elements of type f32, or u8 in an input");
  EXPECT_EQ(errorAfter([](auto &k) { k.arguments[0].dtype = plan::DType::U8; }),
            "stage 'layer1.conv': operand 0 must be a tensor of f32");
  EXPECT_EQ(errorAfter([](auto &k) { k.arguments[1].dtype = plan::DType::F16; }),
            "arguments have elements of type f32, i32 or u8, not f16");
  EXPECT_EQ(errorAfter([](auto &k) { k.arguments[1].shape[2] = 0; }),
            "argument 1: expected positive extents with a product below 2^31");
  EXPECT_EQ(errorAfter([](auto &k) { k.arguments[1].alignment = 48; }),
            "argument 1: expected an alignment that is a power of two up to 4096");
  EXPECT_EQ(errorAfter([](auto &k) { k.symbol = "not a name"; }),
            "'not a name' is no name for a function");
}

TEST(IllegalPlan, Directives) {
  auto withSchedule = [](plan::Directive directive) {
    return errorAfter([&](auto &k) { k.schedule.insert(k.schedule.begin(), directive); });
  };
  EXPECT_EQ(withSchedule({"dance", {}}), "stage 'out': dance(): is no directive of this place");
  EXPECT_EQ(withSchedule({"compute_root", {}}),
            "stage 'out': compute_root(): is no directive of this place");
  EXPECT_EQ(withSchedule({"split", {"x", "xo"}}),
            "stage 'out': split(x, xo): takes 4 or more arguments, got 2");
  EXPECT_EQ(
      withSchedule({"split", {"z", "zo", "zi", "4"}}),
      "stage 'out': split(z, zo, zi, 4): there is no loop 'z'; the loops are n, ob, oi, x, y");
  EXPECT_EQ(withSchedule({"split", {"x", "xo", "xi", "-4"}}),
            "stage 'out': split(x, xo, xi, -4): expected a positive factor, got '-4'");
  EXPECT_EQ(withSchedule({"split", {"x", "y", "xi", "4"}}),
            "stage 'out': split(x, y, xi, 4): there is a loop 'y' already");
  EXPECT_EQ(withSchedule({"split", {"x", "a;b", "xi", "4"}}),
            "stage 'out': split(x, a;b, xi, 4): 'a;b' is no name for a loop");
  EXPECT_EQ(withSchedule({"split", {"x", "for", "xi", "4"}}),
            "stage 'out': split(x, for, xi, 4): 'for' is no name for a loop");
  EXPECT_EQ(withSchedule({"split", {"x", "xo", "xi", "4", "magic"}}),
            "stage 'out': split(x, xo, xi, 4, magic): unknown tail 'magic'");
  EXPECT_EQ(withSchedule({"reorder", {"x", "x"}}), "stage 'out': reorder(x, x): 'x' stands twice");
  EXPECT_EQ(withSchedule({"fuse", {"x", "x", "y"}}),
            "stage 'out': fuse(x, x, y): a loop cannot be fused with itself");

  auto withPlacement = [](plan::Directive directive) {
    return errorAfter([&](auto &k) { k.stages[1].schedule[0] = directive; });
  };
  EXPECT_EQ(withPlacement({"compute_at", {"layer7", "xo"}}),
            "stage 'layer1.conv': compute_at(layer7, xo): there is no later stage 'layer7'");
  EXPECT_EQ(withPlacement({"compute_at", {"out", "zo"}}),
            "stage 'layer1.conv': compute_at(out, zo): 'out' has no loop 'zo'");
  EXPECT_EQ(withPlacement({"store_in", {"cloud"}}),
            "stage 'layer1.conv': store_in(cloud): unknown memory 'cloud'");
  EXPECT_EQ(errorAfter([](auto &k) { k.stages[1].update[2] = {"prefetch", {"3", "ci"}}; }),
            "stage 'layer1.conv': prefetch(3, ci): there is no operand '3'");
  EXPECT_EQ(errorAfter([](auto &k) { k.stages[1].update[2] = {"prefetch", {"0", "ci"}}; }),
            "stage 'layer1.conv': prefetch(0, ci): operand 0 is no argument of the kernel");
  EXPECT_EQ(errorAfter([](auto &k) { k.stages[1].update[2] = {"prefetch", {"1", "moon"}}; }),
            "stage 'layer1.conv': prefetch(1, moon): there is no loop 'moon'; the loops are cbi, "
            "cbo, ci, kx, ky, n, ob, oi, x, y");
  EXPECT_EQ(errorAfter([](auto &k) { k.stages[2].update = {{"vectorize", {"oi"}}}; }),
            "stage 'layer1.relu': a relu has no reduction to schedule");
}

/// What only Halide finds out is an error too, not a crash.
TEST(IllegalPlan, RefusedByHalide) {
  // Several threads would add to one sum.
  std::string race =
      errorAfter([](auto &k) { k.stages[1].update.push_back({"parallel", {"ci"}}); });
  EXPECT_EQ(race.find("stage 'layer1.conv': parallel(ci): "), 0u) << race;
  // The consumer has no loops of its own, since it is computed inside another one.
  std::string place =
      errorAfter([](auto &k) { k.stages[0].schedule[0] = {"compute_at", {"layer1.relu", "x"}}; });
  EXPECT_NE(place.find("pad0"), std::string::npos) << place;
}

TEST(IllegalPlan, Target) {
  for (const char *target : {"toaster", "", "host", "x86-64-linux-warp_drive"}) {
    auto compiled = halide::compileKernel(convKernel(), target);
    ASSERT_FALSE(bool(compiled));
    EXPECT_EQ(toString(compiled.takeError()), "'" + std::string(target) + "' is no target");
  }
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

std::vector<std::string> undefinedSymbols(llvm::StringRef object) {
  auto file =
      cantFail(llvm::object::ObjectFile::createObjectFile(llvm::MemoryBufferRef(object, "object")));
  std::vector<std::string> names;
  for (const llvm::object::SymbolRef &symbol : file->symbols())
    if ((cantFail(symbol.getFlags()) & llvm::object::SymbolRef::SF_Undefined) &&
        !cantFail(symbol.getName()).empty())
      names.push_back(cantFail(symbol.getName()).str());
  llvm::sort(names);
  return names;
}

TEST(KernelObject, ImportsTheRuntimeOnly) {
  auto compiled = cantFail(halide::compileKernel(convKernel(), hostTarget()));
  EXPECT_EQ(undefinedSymbols(compiled.object),
            (std::vector<std::string>{"fovea_rt_do_par_for", "fovea_rt_free", "fovea_rt_malloc"}));
}

TEST(KernelObject, RefusesOtherImports) {
  // Renamed already, so the names are not Halide's any more.
  auto compiled = cantFail(halide::compileKernel(convKernel(), hostTarget()));
  auto again = halide::finishObject(compiled.object);
  ASSERT_FALSE(bool(again));
  std::string message = toString(again.takeError());
  EXPECT_NE(message.find("the kernel's object calls 'fovea_rt_"), std::string::npos) << message;
  auto garbage = halide::finishObject("garbage");
  ASSERT_FALSE(bool(garbage));
  consumeError(garbage.takeError());
}

TEST(KernelObject, OtherMachines) {
  for (const char *target :
       {"arm-64-linux", "x86-64-linux-sse41-avx-avx2-f16c-fma-avx512_skylake"}) {
    auto compiled = halide::compileKernel(convKernel(), target);
    ASSERT_TRUE(bool(compiled)) << toString(compiled.takeError());
    EXPECT_GT(compiled->object.size(), 1000u);
  }
}

TEST(Scratch, IsWhatTheKernelTakes) {
  Tensor in = randomTensor({1, 16, 9, 13}, 1), weight = randomTensor({4, 2, 3, 3, 8, 8}, 2),
         bias = randomTensor({4, 8}, 3);
  RunResult result = runKernel(convKernel(), {in, weight, bias});
  EXPECT_EQ(result.scratchPeak, result.scratchAllowed);
  EXPECT_GE(result.scratchAllowed, 16 * 11 * 15 * 4);

  // Inside a parallel loop each task has an image of its own; one thread runs one task at a time.
  plan::Kernel perTask = convKernel();
  perTask.stages[0].schedule[0] = {"compute_at", {"out", "task"}};
  for (const char *memory : {"heap", "stack"}) {
    perTask.stages[0].schedule[1] = {"store_in", {memory}};
    // More channels, or the rows that one task needs would fit on the machine's stack.
    RunResult small = runKernel(perTask, {in, weight, bias});
    EXPECT_LE(small.scratchPeak, small.scratchAllowed);
    EXPECT_LT(small.scratchAllowed, result.scratchAllowed);
  }
}

TEST(KernelKey, IgnoresNamesOnly) {
  plan::Kernel kernel = convKernel();
  std::string key = halide::kernelKey(kernel, "x86-64-linux");
  EXPECT_EQ(key.size(), 32u);
  plan::Kernel renamed = kernel;
  renamed.symbol = "other";
  renamed.stages[0].name = renamed.stages[1].name = "layer9.conv";
  renamed.stages[2].name = "layer9.relu";
  EXPECT_EQ(halide::kernelKey(renamed, "x86-64-linux"), key);
  EXPECT_EQ(halide::kernelSymbol(kernel, "x86-64-linux"), "fovea_0_1_0_" + key);
  EXPECT_NE(halide::kernelKey(kernel, "x86-64-linux-avx2"), key);
  plan::Kernel changed = kernel;
  changed.schedule[0].args[3] = "5";
  EXPECT_NE(halide::kernelKey(changed, "x86-64-linux"), key);
  changed = kernel;
  changed.arguments[0].alignment = 32;
  EXPECT_NE(halide::kernelKey(changed, "x86-64-linux"), key);
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// Runs a program and expects that it succeeds.
void run(const std::vector<std::string> &command) {
  std::vector<llvm::StringRef> arguments(command.begin(), command.end());
  std::string message;
  EXPECT_EQ(llvm::sys::ExecuteAndWait(command[0], arguments, std::nullopt, {}, 300, 0, &message), 0)
      << llvm::join(command, " ") << ": " << message;
}

std::string read(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().str() : std::string();
}

/// Every kind of stage in a few kernels.
std::vector<plan::Kernel> kernelsToPrint() {
  std::vector<int64_t> image = {1, 13, 6, 7};
  plan::Kernel softmax = singleStage("softmax", "softmax", {{image, 4}}, {}, image, 8);
  plan::Kernel pool = singleStage("avg_pool", "pool", {{image, 8}}, {}, {1, 13, 4, 4}, 8,
                                  {{"kernel", {3, 3}},
                                   {"stride", {2, 2}},
                                   {"padding", {1, 1, 1, 1}},
                                   {"count_include_pad", {0}}});
  pool.stages[0].schedule = {{"compute_at", {"out", "x"}}, {"vectorize", {"oi"}}};
  pool.stages[0].update = {{"vectorize", {"oi"}}, {"unroll", {"kx"}}};
  pool.schedule = {{"vectorize", {"oi"}}};
  plan::Kernel shift = singleStage("spatial_shift", "shift", {{image, 8}},
                                   {constantArgument({13, 2}, plan::DType::I32)}, image, 8);
  plan::Kernel sigmoid = singleStage("sigmoid", "elementwise", {{image, 8}}, {}, image, 8);
  return {convKernel(), softmax, pool, shift, sigmoid};
}

TEST(EmitCpp, ProgramWritesTheSameObject) {
  llvm::SmallString<128> folder;
  ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("fovea-emit", folder));
  auto path = [&](const std::string &name) { return (folder + "/" + name).str(); };
  // One program for all, since most of a compilation is Halide's header.
  std::vector<plan::Kernel> kernels = kernelsToPrint();
  std::string program;
  for (size_t i = 0; i < kernels.size(); ++i) {
    std::string text = cantFail(halide::emitCpp(kernels[i], hostTarget()));
    std::string name = "program" + std::to_string(i);
    text.replace(text.find("int main("), 9, "int " + name + "(");
    program +=
        "namespace n" + std::to_string(i) + " {\n" + text.substr(text.find("static void")) + "}\n";
    if (i == 0)
      program = text.substr(0, text.find("static void")) + program;
  }
  program += "int main(int c, char **v) {\n  switch (v[2][0] - '0') {\n";
  for (size_t i = 0; i < kernels.size(); ++i)
    program += "  case " + std::to_string(i) + ": return n" + std::to_string(i) + "::program" +
               std::to_string(i) + "(c, v);\n";
  program += "  }\n}\n";
  std::error_code error;
  llvm::raw_fd_ostream(path("kernels.cpp"), error) << program;
  std::string root = FOVEA_HALIDE_ROOT;
  run({FOVEA_CXX, "-std=c++17", "-I" + root + "/include", path("kernels.cpp"), "-o",
       path("kernels"), "-L" + root + "/lib64", "-lHalide", "-Wl,-rpath," + root + "/lib64"});
  for (size_t i = 0; i < kernels.size(); ++i) {
    SCOPED_TRACE(i);
    std::string object = path(std::to_string(i) + ".o");
    run({path("kernels"), object, std::to_string(i)});
    // A worker starts from a fresh process, as the program does.
    llvm::json::Value request = llvm::json::Object{
        {"id", 1}, {"kernel", plan::toJSON(kernels[i])}, {"target", hostTarget()}};
    {
      llvm::raw_fd_ostream stream(path("request"), error);
      stream << request << '\n';
    }
    std::string input = path("request"), output = path("reply" + std::to_string(i));
    std::optional<llvm::StringRef> redirects[] = {input, output, std::nullopt};
    EXPECT_EQ(
        llvm::sys::ExecuteAndWait(FOVEA_TEST_WORKER, {FOVEA_TEST_WORKER}, std::nullopt, redirects),
        0);
    auto renamed = halide::finishObject(read(object));
    ASSERT_TRUE(bool(renamed)) << toString(renamed.takeError());
    // The object stands behind the reply's line.
    std::string reply = read(output);
    EXPECT_TRUE(*renamed == reply.substr(reply.find('\n') + 1)) << reply.substr(0, 200);
  }
  llvm::sys::fs::remove_directories(folder);
}

TEST(EmitCpp, ReadsAsAPersonWouldWriteIt) {
  std::string text = cantFail(halide::emitCpp(convKernel(), "x86-64-linux-avx2"));
  for (const char *line :
       {"  // layer1.conv: conv (direct) to [1, 32, 9, 13] in blocks of 8, kernel 3, 3\n",
        "  conv1(oi, x, y, ob, n) = conv1_bias(oi, ob);\n",
        "  conv1(oi, x, y, ob, n) += conv1_weight(oi, ci, kx, ky, cb, ob) * pad0(ci, x + kx, y + "
        "ky, cb, n);\n",
        "  relu2(oi, x, y, ob, n) = max(conv1(oi, x, y, ob, n), 0.0f);\n",
        "  out.split(x, xo, xi, 6, TailStrategy::ShiftInwards);\n",
        "  conv1.compute_at(out, xo);\n",
        "class PrefetchNext : public Halide::Internal::IRMutator {\n",
        "  pipeline.add_custom_lowering_pass(new fovea::halide::PrefetchNext(\"conv1_weight\", "
        "\"cbi\", fovea::halide::Nearest::L2, 1));\n",
        "  pad0.compute_root();\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

/// A layer's name comes from a file.
TEST(EmitCpp, NamesCannotLeaveTheirComment) {
  plan::Kernel kernel = convKernel();
  kernel.stages[2].name = "evil\nint x; \\";
  std::string text = cantFail(halide::emitCpp(kernel, "x86-64-linux-avx2"));
  EXPECT_NE(text.find("// evil?int x; ?: relu"), std::string::npos);
}

} // namespace

//===- KernelRunner.cpp - Runs kernels in tests -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "KernelRunner.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Support/TargetSelect.h"
#include <HalideRuntime.h>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

using namespace llvm;

namespace fovea::test {

std::string hostTarget() {
#if defined(__x86_64__)
  std::string target = "x86-64-linux-sse41";
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    target += "-avx-avx2-f16c-fma";
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
    target += "-avx512-avx512_skylake";
  return target;
#else
  return "arm-64-linux";
#endif
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

static int64_t product(const std::vector<int64_t> &extents) {
  int64_t result = 1;
  for (int64_t extent : extents)
    result *= extent;
  return result;
}

static int64_t ceilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

Tensor::Tensor(std::vector<int64_t> shape, float value)
    : shape(std::move(shape)), data(product(this->shape), value) {}

float &Tensor::at(int64_t n, int64_t c, int64_t y, int64_t x) {
  return data[((n * shape[1] + c) * shape[2] + y) * shape[3] + x];
}

float Tensor::at(int64_t n, int64_t c, int64_t y, int64_t x) const {
  return const_cast<Tensor *>(this)->at(n, c, y, x);
}

float Tensor::atOr(int64_t n, int64_t c, int64_t y, int64_t x, float outside) const {
  bool inside = y >= 0 && y < shape[2] && x >= 0 && x < shape[3];
  return inside ? at(n, c, y, x) : outside;
}

Tensor randomTensor(std::vector<int64_t> shape, unsigned seed) {
  Tensor result(std::move(shape));
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(-1, 1);
  for (float &value : result.data)
    value = distribution(generator);
  return result;
}

Tensor packConv(const Tensor &w, int64_t outBlock, int64_t inBlock) {
  int64_t O = w.shape[0], I = w.shape[1], KH = w.shape[2], KW = w.shape[3];
  int64_t cbs = ceilDivide(I, inBlock);
  Tensor packed({ceilDivide(O, outBlock), cbs, KH, KW, inBlock, outBlock});
  for (int64_t o = 0; o < O; ++o)
    for (int64_t i = 0; i < I; ++i)
      for (int64_t ky = 0; ky < KH; ++ky)
        for (int64_t kx = 0; kx < KW; ++kx) {
          int64_t tap = ((o / outBlock * cbs + i / inBlock) * KH + ky) * KW + kx;
          packed.data[(tap * inBlock + i % inBlock) * outBlock + o % outBlock] = w.at(o, i, ky, kx);
        }
  return packed;
}

Tensor packDepthwise(const Tensor &w, int64_t block) {
  int64_t C = w.shape[0], KH = w.shape[2], KW = w.shape[3];
  Tensor packed({ceilDivide(C, block), KH, KW, block});
  for (int64_t c = 0; c < C; ++c)
    for (int64_t ky = 0; ky < KH; ++ky)
      for (int64_t kx = 0; kx < KW; ++kx)
        packed.data[((c / block * KH + ky) * KW + kx) * block + c % block] = w.at(c, 0, ky, kx);
  return packed;
}

Tensor packVector(const Tensor &vector, int64_t block) {
  int64_t C = vector.shape[0];
  Tensor packed({ceilDivide(C, block), block});
  std::copy(vector.data.begin(), vector.data.end(), packed.data.begin());
  return packed;
}

Tensor packLinear(const Tensor &weight, const std::vector<int64_t> &image, int64_t outBlock,
                  int64_t inBlock) {
  Tensor asImage({weight.shape[0], image[0], image[1], image[2]});
  asImage.data = weight.data;
  return packConv(asImage, outBlock, inBlock);
}

void expectNear(const Tensor &actual, const Tensor &expected, float tolerance) {
  ASSERT_EQ(actual.shape, expected.shape);
  for (size_t i = 0; i < actual.data.size(); ++i)
    ASSERT_NEAR(actual.data[i], expected.data[i], tolerance) << "element " << i;
}

//===----------------------------------------------------------------------===//
// Parts of a plan
//===----------------------------------------------------------------------===//

plan::Argument inputArgument(const std::vector<int64_t> &shape, int64_t block) {
  return {plan::Argument::Role::Input, plan::DType::F32, shape, block, 64, 0};
}

plan::Argument outputArgument(const std::vector<int64_t> &shape, int64_t block) {
  return {plan::Argument::Role::Output, plan::DType::F32, shape, block, 64, 0};
}

plan::Argument constantArgument(const std::vector<int64_t> &extents, plan::DType dtype) {
  return {plan::Argument::Role::Constant, dtype, extents, 0, 64, 0};
}

plan::Operand argument(unsigned index) { return {plan::Operand::Kind::Argument, index}; }
plan::Operand stage(unsigned index) { return {plan::Operand::Kind::Stage, index}; }

plan::Kernel singleStage(const std::string &kind, const std::string &algorithm,
                         const std::vector<std::pair<std::vector<int64_t>, int64_t>> &inputs,
                         const std::vector<plan::Argument> &constants,
                         const std::vector<int64_t> &shape, int64_t block,
                         const std::map<std::string, std::vector<int64_t>> &ints) {
  plan::Kernel kernel;
  kernel.symbol = "kernel";
  for (const auto &[inputShape, inputBlock] : inputs)
    kernel.arguments.push_back(inputArgument(inputShape, inputBlock));
  kernel.arguments.insert(kernel.arguments.end(), constants.begin(), constants.end());
  plan::Stage only;
  only.name = "layer";
  only.kind = kind;
  only.algorithm = algorithm;
  for (unsigned i = 0; i < kernel.arguments.size(); ++i)
    only.operands.push_back(argument(i));
  only.ints = ints;
  only.shape = shape;
  only.block = block;
  kernel.stages.push_back(only);
  kernel.arguments.push_back(outputArgument(shape, block));
  return kernel;
}

//===----------------------------------------------------------------------===//
// Memory that kernels see
//===----------------------------------------------------------------------===//

namespace {
constexpr float poison = std::numeric_limits<float>::quiet_NaN();

/// The memory of one argument, between margins of NaN.
class ArgumentBuffer {
public:
  ArgumentBuffer(const plan::Argument &argument, const Tensor *contents);
  halide_buffer_t *raw() { return &buffer; }
  Tensor read() const;
  /// True if margins and gaps are NaN still.
  bool gapsUntouched() const;

private:
  static constexpr int64_t margin = 1024;
  float *element(const std::vector<int64_t> &at) const;
  template <typename Function> void forEachChannel(Function function) const;

  const plan::Argument &argument;
  std::vector<float> memory;
  int64_t first = 0;
  std::vector<halide_dimension_t> dimensions;
  halide_buffer_t buffer = {};
};
} // namespace

ArgumentBuffer::ArgumentBuffer(const plan::Argument &argument, const Tensor *contents)
    : argument(argument) {
  bool isConstant = argument.role == plan::Argument::Role::Constant;
  std::vector<int64_t> extents(argument.shape.rbegin(), argument.shape.rend());
  if (!isConstant)
    extents = {argument.block, argument.shape[3], argument.shape[2],
               ceilDivide(argument.shape[1], argument.block), argument.shape[0]};
  int64_t stride = 1;
  for (size_t i = 0; i < extents.size(); ++i) {
    dimensions.emplace_back(0, extents[i], stride);
    stride *= extents[i];
    // A slice of a larger tensor.
    bool densePixels = i == 0 && argument.pixelStride;
    if (!isConstant && !densePixels)
      stride += 3 * argument.block;
  }
  memory.assign(stride + 2 * margin + 64, poison);
  first = margin;
  while (reinterpret_cast<uintptr_t>(&memory[first]) % argument.alignment)
    ++first;
  buffer.host = reinterpret_cast<uint8_t *>(&memory[first]);
  buffer.type = halide_type_t(
      argument.dtype == plan::DType::I32 ? halide_type_int : halide_type_float, 32, 1);
  buffer.dimensions = static_cast<int32_t>(dimensions.size());
  buffer.dim = dimensions.data();
  if (!contents)
    return;
  if (isConstant) {
    if (argument.dtype == plan::DType::I32)
      for (size_t i = 0; i < contents->data.size(); ++i)
        reinterpret_cast<int32_t *>(buffer.host)[i] = static_cast<int32_t>(contents->data[i]);
    else
      std::copy(contents->data.begin(), contents->data.end(), &memory[first]);
    return;
  }
  forEachChannel([&](int64_t n, int64_t c, int64_t y, int64_t x, float *place) {
    *place = c < argument.shape[1] ? contents->at(n, c, y, x) : 0.0f;
  });
}

float *ArgumentBuffer::element(const std::vector<int64_t> &at) const {
  int64_t offset = first;
  for (size_t i = 0; i < at.size(); ++i)
    offset += at[i] * dimensions[i].stride;
  return const_cast<float *>(&memory[offset]);
}

template <typename Function> void ArgumentBuffer::forEachChannel(Function function) const {
  int64_t B = argument.block, lanes = dimensions[3].extent * B;
  for (int64_t n = 0; n < argument.shape[0]; ++n)
    for (int64_t c = 0; c < lanes; ++c)
      for (int64_t y = 0; y < argument.shape[2]; ++y)
        for (int64_t x = 0; x < argument.shape[3]; ++x)
          function(n, c, y, x, element({c % B, x, y, c / B, n}));
}

Tensor ArgumentBuffer::read() const {
  Tensor result(argument.shape);
  forEachChannel([&](int64_t n, int64_t c, int64_t y, int64_t x, const float *place) {
    if (c < argument.shape[1])
      result.at(n, c, y, x) = *place;
    else
      EXPECT_EQ(*place, 0.0f) << "lane " << c << " lies past the last channel";
  });
  return result;
}

bool ArgumentBuffer::gapsUntouched() const {
  std::vector<bool> used(memory.size());
  forEachChannel([&](int64_t, int64_t, int64_t, int64_t, const float *place) {
    used[place - memory.data()] = true;
  });
  for (size_t i = 0; i < memory.size(); ++i)
    if (!used[i] && !std::isnan(memory[i]))
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// The three functions of the runtime
//===----------------------------------------------------------------------===//

namespace {
/// The user context of a run.
struct Context {
  int64_t held = 0;
  int64_t peak = 0;
};
} // namespace

static void *testMalloc(void *user, size_t bytes) {
  auto *context = static_cast<Context *>(user);
  int64_t whole = ceilDivide(bytes, 128) * 128 + 128;
  context->held += whole;
  context->peak = std::max(context->peak, context->held);
  auto *block = static_cast<char *>(aligned_alloc(128, whole));
  std::fill_n(reinterpret_cast<float *>(block), whole / sizeof(float), poison);
  *reinterpret_cast<int64_t *>(block) = whole;
  return block + 128;
}

static void testFree(void *user, void *pointer) {
  if (!pointer)
    return;
  char *block = static_cast<char *>(pointer) - 128;
  static_cast<Context *>(user)->held -= *reinterpret_cast<int64_t *>(block);
  free(block);
}

/// Tasks run backwards, which shows a kernel that relies on their order.
static int testParFor(void *user, halide_task_t task, int first, int size, uint8_t *closure) {
  for (int i = first + size; i-- > first;)
    if (int result = task(user, i, closure))
      return result;
  return 0;
}

static std::unique_ptr<orc::LLJIT> load(const std::string &object) {
  static bool initialised = !InitializeNativeTarget() && !InitializeNativeTargetAsmPrinter();
  (void)initialised;
  auto jit = cantFail(orc::LLJITBuilder()
                          .setObjectLinkingLayerCreator([](orc::ExecutionSession &session) {
                            return std::make_unique<orc::ObjectLinkingLayer>(session);
                          })
                          .create());
  auto symbol = [](auto *function) {
    return orc::ExecutorSymbolDef(orc::ExecutorAddr::fromPtr(function), JITSymbolFlags::Exported);
  };
  orc::SymbolMap runtime{{jit->mangleAndIntern("fovea_rt_malloc"), symbol(testMalloc)},
                         {jit->mangleAndIntern("fovea_rt_free"), symbol(testFree)},
                         {jit->mangleAndIntern("fovea_rt_do_par_for"), symbol(testParFor)}};
  cantFail(jit->getMainJITDylib().define(orc::absoluteSymbols(std::move(runtime))));
  cantFail(jit->addObjectFile(MemoryBuffer::getMemBufferCopy(object)));
  return jit;
}

static int call(void *function, Context &context, std::vector<ArgumentBuffer> &buffers) {
  std::vector<halide_buffer_t *> raw;
  for (ArgumentBuffer &buffer : buffers)
    raw.push_back(buffer.raw());
  raw.resize(6, nullptr);
  // Arguments that a function does not have do no harm in the C calling conventions the tests run
  // on.
  using Kernel = int (*)(void *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                         halide_buffer_t *, halide_buffer_t *, halide_buffer_t *);
  return reinterpret_cast<Kernel>(function)(&context, raw[0], raw[1], raw[2], raw[3], raw[4],
                                            raw[5]);
}

RunResult runKernel(plan::Kernel kernel, const std::vector<Tensor> &inputs) {
  Expected<halide::CompiledKernel> compiled = halide::compileKernel(kernel, hostTarget());
  if (!compiled) {
    ADD_FAILURE() << toString(compiled.takeError());
    return {};
  }
  std::unique_ptr<orc::LLJIT> jit = load(compiled->object);
  auto address = jit->lookup(kernel.symbol);
  if (!address) {
    ADD_FAILURE() << toString(address.takeError());
    return {};
  }
  std::vector<ArgumentBuffer> buffers;
  buffers.reserve(kernel.arguments.size());
  for (unsigned i = 0; i < kernel.arguments.size(); ++i)
    buffers.emplace_back(kernel.arguments[i], i < inputs.size() ? &inputs[i] : nullptr);
  Context context;
  EXPECT_EQ(call(address->toPtr<void *>(), context, buffers), 0);
  EXPECT_EQ(context.held, 0) << "scratch is not given back";
  EXPECT_LE(context.peak, compiled->scratchBytes);
  EXPECT_TRUE(buffers.back().gapsUntouched()) << "the kernel wrote outside its output";
  return {buffers.back().read(), context.peak, compiled->scratchBytes};
}

} // namespace fovea::test

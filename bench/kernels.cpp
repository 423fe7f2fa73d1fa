//===- kernels.cpp - How near kernels come to the machine's peak *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// fovea-bench-kernels [--rounds=N] [--all] [kernel.json …]
//
// Times kernels on one thread, each between two runs of a loop of nothing but fused multiply-adds,
// so that a change of the clock or a busy neighbour meets both alike. Without arguments: a 3x3 and
// a 1x1 convolution of ResNet-50 (He et al. 2016), scheduled by docs/schedules.md.
//
//===----------------------------------------------------------------------===//

#include "ResNetKernels.h"
#include "fovea/Target/Halide/KernelCompiler.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"
#include <HalideRuntime.h>
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>

using namespace llvm;
using namespace fovea;

static cl::list<std::string> files(cl::Positional, cl::desc("kernels as JSON"));
static cl::opt<bool> all("all", cl::desc("every shape of ResNet-50's convolutions"));
static cl::opt<unsigned> rounds("rounds", cl::desc("timings of each kernel"), cl::init(60));

static const TargetModel &host() {
  static const TargetModel model = TargetModel::host();
  return model;
}

/// Seconds this thread has run; other processes' turns do not count.
static double threadSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

//===----------------------------------------------------------------------===//
// The peak: chains of multiply-adds, more than latency times units
//===----------------------------------------------------------------------===//

#define FOVEA_REPEAT12(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

#if defined(__x86_64__)
#define FOVEA_PROBE(NAME, VECTOR, TARGET)                                                          \
  __attribute__((target(TARGET), noinline)) static double NAME(long iterations) {                  \
    typedef float Vector __attribute__((vector_size(VECTOR)));                                     \
    Vector factor = {}, sum[12] = {};                                                              \
    double begin = threadSeconds();                                                                \
    for (long i = 0; i < iterations; ++i) {                                                        \
      FOVEA_REPEAT12(FOVEA_FMA)                                                                    \
    }                                                                                              \
    double seconds = threadSeconds() - begin;                                                      \
    return static_cast<double>(iterations) * 12 * (VECTOR / 4) * 2 / seconds;                      \
  }
#define FOVEA_FMA(i) asm volatile("vfmadd231ps %1, %1, %0" : "+x"(sum[i]) : "x"(factor));
FOVEA_PROBE(peak256, 32, "avx2,fma")
#undef FOVEA_FMA
#define FOVEA_FMA(i) asm volatile("vfmadd231ps %1, %1, %0" : "+v"(sum[i]) : "v"(factor));
FOVEA_PROBE(peak512, 64, "avx512f")

static double peak(long iterations) {
  return host().vectorBits == 512 ? peak512(iterations) : peak256(iterations);
}
#else
#error "the probe of this machine's peak is to be written"
#endif

//===----------------------------------------------------------------------===//
// Running a kernel
//===----------------------------------------------------------------------===//

static void *allocate(void *, size_t bytes) {
  static std::vector<std::pair<size_t, void *>> blocks;
  // Scratch is reused from call to call, as an instance's arena is.
  for (auto &[size, block] : blocks)
    if (size == bytes)
      return block;
  blocks.emplace_back(bytes, std::aligned_alloc(4096, (bytes + 8191) / 4096 * 4096));
  return blocks.back().second;
}
static void release(void *, void *) {}
static int parFor(void *context, halide_task_t task, int first, int size, uint8_t *closure) {
  for (int i = first; i < first + size; ++i)
    if (int result = task(context, i, closure))
      return result;
  return 0;
}

namespace {
struct Memory {
  std::unique_ptr<float, void (*)(void *)> data{nullptr, std::free};
  std::vector<halide_dimension_t> dimensions;
  halide_buffer_t buffer = {};

  explicit Memory(const plan::Argument &argument) {
    std::vector<int64_t> extents(argument.shape.rbegin(), argument.shape.rend());
    if (argument.role != plan::Argument::Role::Constant)
      extents = {argument.block, argument.shape[3], argument.shape[2],
                 (argument.shape[1] + argument.block - 1) / argument.block, argument.shape[0]};
    int64_t size = 1;
    for (int64_t extent : extents) {
      dimensions.emplace_back(0, extent, size);
      size *= extent;
    }
    data.reset(static_cast<float *>(std::aligned_alloc(4096, (size * 4 + 8191) / 4096 * 4096)));
    for (int64_t i = 0; i < size; ++i)
      data.get()[i] = static_cast<float>((i * 2654435761u >> 16) % 255) / 127.0f - 1.0f;
    buffer.host = reinterpret_cast<uint8_t *>(data.get());
    buffer.type = halide_type_t(halide_type_float, 32, 1);
    buffer.dimensions = static_cast<int32_t>(dimensions.size());
    buffer.dim = dimensions.data();
  }
};
} // namespace

static double flops(const plan::Kernel &kernel) {
  double result = 0;
  for (const plan::Stage &stage : kernel.stages) {
    if (stage.operands.size() < 2 || stage.operands[1].kind != plan::Operand::Kind::Argument)
      continue;
    const plan::Argument &weight = kernel.arguments[stage.operands[1].index];
    if (weight.role != plan::Argument::Role::Constant || weight.shape.size() < 4)
      continue;
    double taps = 2;
    for (size_t i = 1; i + 1 < weight.shape.size(); ++i)
      taps *= static_cast<double>(weight.shape[i]);
    for (int64_t extent : stage.shape)
      taps *= static_cast<double>(extent);
    result += taps;
  }
  return result;
}

static double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

using KernelFunction = int (*)(void *, halide_buffer_t *, halide_buffer_t *, halide_buffer_t *,
                               halide_buffer_t *, halide_buffer_t *, halide_buffer_t *);

static void measure(const std::string &name, KernelFunction function, const plan::Kernel &kernel) {
  std::vector<Memory> memory;
  memory.reserve(kernel.arguments.size());
  halide_buffer_t *raw[6] = {};
  for (size_t i = 0; i < kernel.arguments.size(); ++i) {
    memory.emplace_back(kernel.arguments[i]);
    raw[i] = &memory[i].buffer;
  }
  auto run = [&] { function(nullptr, raw[0], raw[1], raw[2], raw[3], raw[4], raw[5]); };
  double work = flops(kernel);
  // About two milliseconds each, of 12 multiply-adds per iteration.
  double lanes = static_cast<double>(host().lanes(32));
  long iterations = static_cast<long>(2e-3 * peak(100'000) / (24 * lanes));
  int calls = std::max(1, static_cast<int>(2e-3 * peak(iterations) / work));
  for (int i = 0; i < calls; ++i)
    run();
  std::vector<double> rates, peaks, shares;
  double before = peak(iterations);
  for (unsigned round = 0; round < rounds; ++round) {
    double begin = threadSeconds();
    for (int i = 0; i < calls; ++i)
      run();
    double rate = work * calls / (threadSeconds() - begin);
    double after = peak(iterations);
    rates.push_back(rate), peaks.push_back(after);
    shares.push_back(2 * rate / (before + after));
    before = after;
  }
  outs() << formatv("{0,-44} {1,8:f1} GF/s  of {2,6:f1}  {3,6:f1} %  {4,9:f1} us\n", name,
                    median(rates) / 1e9, median(peaks) / 1e9, 100 * median(shares),
                    1e6 * work / median(rates));
}

static Error benchmark(const std::string &name, plan::Kernel kernel) {
  kernel.symbol = "kernel";
  if (kernel.arguments.size() > 6)
    return createStringError(name + ": kernels of up to 6 arguments can be timed");
  Expected<halide::CompiledKernel> compiled = halide::compileKernel(kernel, host().halideTarget);
  if (!compiled)
    return createStringError(name + ": " + toString(compiled.takeError()));
  Expected<std::unique_ptr<orc::LLJIT>> jit = orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  auto symbol = [](auto *function) {
    return orc::ExecutorSymbolDef(orc::ExecutorAddr::fromPtr(function), JITSymbolFlags::Exported);
  };
  orc::SymbolMap runtime{{(*jit)->mangleAndIntern("fovea_rt_malloc"), symbol(allocate)},
                         {(*jit)->mangleAndIntern("fovea_rt_free"), symbol(release)},
                         {(*jit)->mangleAndIntern("fovea_rt_do_par_for"), symbol(parFor)}};
  if (Error error = (*jit)->getMainJITDylib().define(orc::absoluteSymbols(std::move(runtime))))
    return error;
  if (Error error = (*jit)->addObjectFile(MemoryBuffer::getMemBufferCopy(compiled->object)))
    return error;
  auto address = (*jit)->lookup(kernel.symbol);
  if (!address)
    return address.takeError();
  measure(name, address->toPtr<KernelFunction>(), kernel);
  return Error::success();
}

static Error benchmarkFile(const std::string &file) {
  auto buffer = MemoryBuffer::getFile(file);
  if (!buffer)
    return createStringError(file + ": " + buffer.getError().message());
  Expected<json::Value> value = json::parse((*buffer)->getBuffer());
  if (!value)
    return value.takeError();
  Expected<plan::Kernel> kernel = plan::kernelFromJSON(*value);
  if (!kernel)
    return kernel.takeError();
  return benchmark(file, std::move(*kernel));
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "Times kernels against the peak of one core\n");
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  Error errors = Error::success();
  for (const std::string &file : files)
    errors = joinErrors(std::move(errors), benchmarkFile(file));
  if (files.empty())
    for (const auto &[name, shape] : bench::resNetConvs())
      if (all || name == "3x3 128 to 128 at 28" || name == "1x1 256 to 64 at 56")
        errors = joinErrors(std::move(errors), benchmark(name, bench::convKernel(shape, host())));
  if (!errors)
    return 0;
  WithColor::error() << toString(std::move(errors)) << '\n';
  return 1;
}

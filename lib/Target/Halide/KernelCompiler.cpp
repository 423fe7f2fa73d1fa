//===- KernelCompiler.cpp - One kernel of a plan to machine code *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/KernelCompiler.h"
#include "Emitter.h"
#include "PrefetchNext.h"
#include "Scratch.h"
#include "fovea/Support/Embed.h"
#include "fovea/Target/Halide/KernelCache.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

namespace fovea::halide {

/// What every object is compiled with: no runtime, the first argument handed to the runtime
/// functions. What runs on a CPU checks nothing; calls of a device can fail, and are checked.
static constexpr const char *abiFeatures = "-no_runtime-no_bounds_query-user_context";
static constexpr const char *noChecks = "-no_asserts";

/// Options of LLVM, which Halide takes from the environment before it first compiles. LLVM's
/// vectoriser of straight-line code finds the addresses of a tile's pixels, computes them in
/// vectors, and moves them back one by one: a third of a convolution's time. Its scheduler of
/// machine instructions loads so far ahead that 28 sums of 512 bits no longer fit 32 registers.
static const char *llvmArguments(const Halide::Target &target) {
  return target.has_feature(Halide::Target::AVX512) ? "-vectorize-slp=false -enable-misched=false"
                                                    : "-vectorize-slp=false";
}
static constexpr const char *llvmVariable = "HL_LLVM_ARGS";

static bool isSymbol(const std::string &name) {
  auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !name.empty() && name.size() <= 200 &&
         !std::isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), allowed);
}

static std::string checkedTarget(llvm::StringRef target) {
  std::string full = target.str() + abiFeatures;
  if (target.starts_with("host") || !Halide::Target::validate_target_string(full))
    throw PlanError("'" + target.str() + "' is no target");
  return Halide::Target(full).has_gpu_feature() ? full : full + noChecks;
}

/// Runs `build`, whose errors are exceptions of ours or of Halide's.
template <typename T, typename Function> static llvm::Expected<T> guarded(Function build) {
  try {
    return build();
  } catch (const PlanError &error) {
    return llvm::createStringError(error.what());
  } catch (const Halide::Error &error) {
    llvm::StringRef message = error.what();
    return llvm::createStringError(message.rtrim());
  }
}

/// An object that Halide writes, which it does to files only: here to one in memory, which a
/// process that is killed leaves nowhere.
template <typename Function> static std::string objectOf(Function write) {
  int file = memfd_create("fovea-kernel", MFD_CLOEXEC);
  if (file < 0)
    throw PlanError(std::string("cannot make a file in memory: ") + std::strerror(errno));
  std::unique_ptr<int, void (*)(int *)> closer(&file, [](int *open) { close(*open); });
  std::string path = "/proc/self/fd/" + std::to_string(file);
  write(path);
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    throw PlanError("cannot read " + path + ": " + buffer.getError().message());
  return (*buffer)->getBuffer().str();
}

llvm::Expected<CompiledKernel> compileKernel(const plan::Kernel &kernel, llvm::StringRef target) {
  bool forDevice = false;
  auto compiled = guarded<CompiledKernel>([&] {
    if (!isSymbol(kernel.symbol))
      throw PlanError("'" + kernel.symbol + "' is no name for a function");
    Halide::Target halideTarget(checkedTarget(target));
    setenv(llvmVariable, llvmArguments(halideTarget), /*overwrite=*/1);
    Emitter emitter(kernel);
    Halide::Pipeline pipeline(emitter.output());
    for (const Prefetch &prefetch : emitter.prefetches())
      pipeline.add_custom_lowering_pass(
          new PrefetchNext(prefetch.buffer, prefetch.loop, prefetch.nearest, prefetch.turns));
    Halide::Module module = pipeline.compile_to_module(emitter.arguments(), kernel.symbol,
                                                       halideTarget, Halide::LinkageType::External);
    std::string object = objectOf(
        [&](const std::string &path) { module.compile({{Halide::OutputFileType::object, path}}); });
    forDevice = halideTarget.has_gpu_feature();
    return CompiledKernel{std::move(object), scratchBytes(module.get_conceptual_stmt())};
  });
  if (!compiled)
    return compiled.takeError();
  llvm::Expected<std::string> object = finishObject(compiled->object, forDevice);
  if (!object)
    return object.takeError();
  return CompiledKernel{std::move(*object), compiled->scratchBytes};
}

llvm::Expected<std::string> deviceRuntime(llvm::StringRef target, llvm::StringRef cacheFolder) {
  KernelCache cache(cacheFolder.str());
  std::string key = deviceRuntimeKey(target);
  bool corrupt = false;
  if (std::optional<CompiledKernel> kept = cache.find(key, corrupt))
    return kept->object;
  auto object = guarded<std::string>([&] {
    Halide::Target halideTarget(checkedTarget(target));
    return objectOf([&](const std::string &path) {
      Halide::compile_standalone_runtime(path,
                                         halideTarget.without_feature(Halide::Target::NoRuntime));
    });
  });
  if (!object)
    return object;
  llvm::Expected<std::string> renamed = renameDeviceRuntime(*object);
  if (renamed)
    cache.insert(key, {*renamed, 0});
  return renamed;
}

//===----------------------------------------------------------------------===//
// The program that does the same
//===----------------------------------------------------------------------===//

FOVEA_EMBED("foveaPrefetchNext", FOVEA_PREFETCH_NEXT);
extern "C" const char prefetchNextText[] __asm__("foveaPrefetchNextBegin");

static const char *programHead = R"(#include <Halide.h>
#include <cstdlib>
#include <vector>

using namespace Halide;

// Extents, innermost first, are constants; so are strides other than 0.
static void describe(OutputImageParam p, const std::vector<int> &extents,
                     const std::vector<int> &strides, int alignment) {
  p.set_host_alignment(alignment);
  for (size_t i = 0; i < extents.size(); ++i) {
    p.dim(i).set_bounds(0, extents[i]);
    if (strides[i])
      p.dim(i).set_stride(strides[i]);
  }
}

)";

static std::string programTail(const Emitter &emitter, const std::string &symbol,
                               const std::string &target) {
  std::string arguments;
  for (const std::string &name : emitter.argumentIdentifiers())
    arguments += (arguments.empty() ? "" : ", ") + name;
  std::string passes;
  for (const Prefetch &prefetch : emitter.prefetches())
    passes += "  pipeline.add_custom_lowering_pass(new fovea::halide::PrefetchNext(\"" +
              prefetch.buffer + "\", \"" + prefetch.loop +
              "\", fovea::halide::Nearest::" + (prefetch.nearest == Nearest::L1 ? "L1, " : "L2, ") +
              std::to_string(prefetch.turns) + "));\n";
  return "\n  Target target(\"" + target + "\");\n  Pipeline pipeline(out);\n" + passes +
         "  pipeline.compile_to_module({" + arguments + "}, \"" + symbol +
         "\", target, LinkageType::External)\n"
         "      .compile({{OutputFileType::object, argv[1]}});\n  return 0;\n}\n";
}

llvm::Expected<std::string> emitCpp(const plan::Kernel &kernel, llvm::StringRef target) {
  return guarded<std::string>([&] {
    if (!isSymbol(kernel.symbol))
      throw PlanError("'" + kernel.symbol + "' is no name for a function");
    std::string fullTarget = checkedTarget(target);
    Emitter emitter(kernel);
    std::string text = "// Writes the object of " + kernel.symbol + " to the path given.\n" +
                       (emitter.prefetches().empty() ? "" : prefetchNextText) + programHead +
                       "int main(int, char **argv) {\n" + "  setenv(\"" + llvmVariable + "\", \"" +
                       llvmArguments(Halide::Target(fullTarget)) + "\", 1);\n";
    for (const std::string &line : emitter.statements())
      text += line.empty() ? "\n" : "  " + line + "\n";
    return text + programTail(emitter, kernel.symbol, fullTarget);
  });
}

} // namespace fovea::halide

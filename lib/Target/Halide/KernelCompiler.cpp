//===- KernelCompiler.cpp - One kernel of a plan to machine code *- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Halide/KernelCompiler.h"
#include "Emitter.h"
#include "Scratch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"

namespace fovea::halide {

/// What every object is compiled with: no runtime, no checks, the first argument handed to the
/// runtime functions.
static constexpr const char *abiFeatures = "-no_runtime-no_asserts-no_bounds_query-user_context";

static bool isSymbol(const std::string &name) {
  auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  return !name.empty() && name.size() <= 200 &&
         !std::isdigit(static_cast<unsigned char>(name[0])) &&
         std::all_of(name.begin(), name.end(), allowed);
}

static std::string checkedTarget(llvm::StringRef target) {
  std::string full = target.str() + abiFeatures;
  Halide::Target parsed;
  if (target.starts_with("host") || !Halide::Target::validate_target_string(full))
    throw PlanError("'" + target.str() + "' is no target");
  return full;
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

/// The object of a module, which Halide writes to files only.
static std::string objectOf(const Halide::Module &module) {
  llvm::SmallString<128> path;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile("fovea-kernel", "o", path))
    throw PlanError("cannot make a temporary file: " + error.message());
  llvm::FileRemover remover(path);
  module.compile({{Halide::OutputFileType::object, path.str().str()}});
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    throw PlanError("cannot read " + path.str().str() + ": " + buffer.getError().message());
  return (*buffer)->getBuffer().str();
}

llvm::Expected<CompiledKernel> compileKernel(const plan::Kernel &kernel, llvm::StringRef target) {
  auto compiled = guarded<CompiledKernel>([&] {
    if (!isSymbol(kernel.symbol))
      throw PlanError("'" + kernel.symbol + "' is no name for a function");
    Halide::Target halideTarget(checkedTarget(target));
    Emitter emitter(kernel);
    Halide::Module module = Halide::Pipeline(emitter.output())
                                .compile_to_module(emitter.arguments(), kernel.symbol, halideTarget,
                                                   Halide::LinkageType::External);
    return CompiledKernel{objectOf(module), scratchBytes(module.get_conceptual_stmt())};
  });
  if (!compiled)
    return compiled.takeError();
  llvm::Expected<std::string> object = renameRuntime(compiled->object);
  if (!object)
    return object.takeError();
  return CompiledKernel{std::move(*object), compiled->scratchBytes};
}

//===----------------------------------------------------------------------===//
// The program that does the same
//===----------------------------------------------------------------------===//

static const char *programHead = R"(#include <Halide.h>
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
  return "\n  Target target(\"" + target + "\");\n" +
         "  Pipeline(out)\n      .compile_to_module({" + arguments + "}, \"" + symbol +
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
                       programHead + "int main(int, char **argv) {\n";
    for (const std::string &line : emitter.statements())
      text += line.empty() ? "\n" : "  " + line + "\n";
    return text + programTail(emitter, kernel.symbol, fullTarget);
  });
}

} // namespace fovea::halide

//===- Doctor.cpp - fovea doctor ------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Driver/FmaPeak.h"
#include "fovea/Driver/Installation.h"
#include "fovea/Support/AtomicFile.h"
#include "fovea/Support/Compare.h"
#include "fovea/Support/Memory.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/Threading.h"
#include "llvm/TargetParser/Host.h"
#include <chrono>
#include <unistd.h>

using namespace fovea;

namespace {
/// Missing: something that only a part of Fovea needs. Broken: nothing works without it.
enum class Health { Ok, Warning, Missing, Broken };

struct Finding {
  std::string name;
  Health health;
  std::string text;
  std::string wayOut; ///< What to do about it; empty: nothing.
};
} // namespace

static llvm::StringRef toString(Health health) {
  static constexpr llvm::StringLiteral names[] = {"ok", "warning", "missing", "broken"};
  return names[static_cast<int>(health)];
}

//===----------------------------------------------------------------------===//
// The machine
//===----------------------------------------------------------------------===//

static Finding examineCpu() {
  TargetModel host = TargetModel::host();
  std::string text = llvm::formatv("{0}: {1}, vectors of {2} bits, {3} vector registers, {4} cores",
                                   llvm::sys::getHostCPUName(), host.name, host.vectorBits,
                                   host.vectorRegisters, host.cores);
  llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  for (const std::string &feature : host.cpuFeatures)
    if (!features.lookup(feature))
      return {"cpu", Health::Broken, text + ", but it lacks " + feature,
              "compile for another machine with --target"};
  if (host.vectorBits < 256 && llvm::StringRef(host.halideTarget).starts_with("x86"))
    return {"cpu", Health::Warning, text + ", no AVX2", "networks run, but several times slower"};
  return {"cpu", Health::Ok, text, ""};
}

static Finding examineCaches() {
  TargetModel host = TargetModel::host();
  std::string text =
      "L1 " + printBytes(host.l1Bytes) + " and L2 " + printBytes(host.l2Bytes) + " per core";
  long l3 = sysconf(_SC_LEVEL3_CACHE_SIZE);
  if (l3 > 0)
    text += ", L3 " + printBytes(l3);
  if (sysconf(_SC_LEVEL1_DCACHE_SIZE) > 0 && sysconf(_SC_LEVEL2_CACHE_SIZE) > 0)
    return {"caches", Health::Ok, text, ""};
  return {"caches", Health::Warning, text + " are assumed: the system does not tell",
          "name them in --target, as --target=host:l1=64K:l2=1M"};
}

static Finding examinePeak() {
  constexpr double milliseconds = 50;
  int64_t bits = TargetModel::host().vectorBits;
  int cores = llvm::hardware_concurrency().compute_thread_count();
  double one = measureFmaPeak(bits, 1, milliseconds);
  if (one == 0)
    return {"peak", Health::Warning, "cannot be measured here",
            "fovea bench gives no shares of the peak"};
  double all = measureFmaPeak(bits, cores, milliseconds);
  std::string text =
      llvm::formatv("{0:F0} GFLOP/s of f32 with one thread, {1:F0} with {2}", one, all, cores);
  if (all > 0.7 * one * cores)
    return {"peak", Health::Ok, text, ""};
  return {"peak", Health::Warning, text,
          "other programs run, or cores share their units: timings will vary"};
}

static Finding examineMemory() {
  constexpr uint64_t enough = uint64_t(1) << 30;
  uint64_t bytes = availableMemory();
  if (bytes == 0)
    return {"memory", Health::Warning, "unknown", ""};
  if (bytes >= enough)
    return {"memory", Health::Ok, printBytes(bytes) + " available", ""};
  return {"memory", Health::Warning, printBytes(bytes) + " available",
          "compile with -j 1, or with --memory=SIZE for an error before the system runs short"};
}

//===----------------------------------------------------------------------===//
// Fovea
//===----------------------------------------------------------------------===//

static Finding examineLibrary(llvm::StringRef program) {
  std::vector<std::string> folders = networkFolders(program);
  for (const std::string &folder : folders) {
    unsigned count = 0;
    std::error_code error;
    for (llvm::sys::fs::directory_iterator it(folder, error), end; !error && it != end;
         it.increment(error))
      count += llvm::StringRef(it->path()).ends_with(".cnn");
    llvm::SmallString<128> real;
    if (count && !llvm::sys::fs::real_path(folder, real))
      return {"library", Health::Ok, llvm::formatv("{0}: {1} files of networks", real, count), ""};
  }
  return {"library", Health::Missing, "no networks in " + folders.front(),
          "install Fovea whole (cmake --install), or give --import-path=DIR"};
}

static Finding examineCache(const std::string &folder) {
  llvm::StringRef wayOut = "every kernel is compiled anew; give --cache=DIR, or set XDG_CACHE_HOME";
  if (folder.empty())
    return {"cache", Health::Warning, "no folder is known", wayOut.str()};
  std::error_code error = llvm::sys::fs::create_directories(folder);
  if (!error)
    error = checkWritable(folder);
  if (error)
    return {"cache", Health::Warning, folder + " cannot be written: " + error.message(),
            wayOut.str()};
  halide::CacheContents contents = halide::KernelCache(folder).contents();
  return {
      "cache", Health::Ok,
      llvm::formatv("{0}: {1} kernels, {2}", folder, contents.entries, printBytes(contents.bytes)),
      ""};
}

static constexpr llvm::StringLiteral smallNetwork = R"(network doctor() {
  input x: f32[1, 8, 12, 12]
  output y = x -> conv1: conv(8, kernel = 3, padding = 1) -> relu
}
)";

/// The greatest error of machine code against the reference, relative to the largest value.
static llvm::Expected<double> compileAndRun(const CommandArguments &command,
                                            const std::string &path) {
  CompilerOptions options;
  options.input = path;
  options.weights = "random";
  options.worker = command.program;
  options.keepReference = true;
  std::string errors;
  llvm::raw_string_ostream os(errors);
  Compiler compiler(options, os);
  std::unique_ptr<NativeNetwork> network = NativeNetwork::load(compiler, /*threads=*/1);
  if (!network)
    return llvm::createStringError(llvm::StringRef(errors).trim().split('\n').first);
  llvm::Expected<std::vector<Tensor>> inputs = randomInputs(compiler.inputs(), /*seed=*/0);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<std::vector<Tensor>> actual = network->run(*inputs);
  if (!actual)
    return actual.takeError();
  llvm::Expected<std::vector<Tensor>> expected = compiler.runReference(*inputs);
  if (!expected)
    return expected.takeError();
  llvm::Expected<Comparison> comparison = compare(expected->front(), actual->front());
  if (!comparison)
    return comparison.takeError();
  return comparison->relativeError;
}

/// Compiles a small network, without the cache, and runs it.
static Finding examineCompiler(const CommandArguments &command) {
  constexpr double tolerance = 1e-4;
  auto broken = [](const llvm::Twine &what) -> Finding {
    return {"compiler", Health::Broken, what.str(),
            "a small network cannot be compiled and run; is the installation whole?"};
  };
  llvm::SmallString<128> folder;
  llvm::sys::path::system_temp_directory(/*erasedOnReboot=*/true, folder);
  std::string path;
  std::optional<llvm::raw_fd_ostream> os;
  if (std::error_code error = openTemporary(folder + "/fovea-doctor", ".cnn", path, os))
    return broken("cannot make a temporary file: " + error.message());
  *os << smallNetwork;
  os->close();
  auto begin = std::chrono::steady_clock::now();
  llvm::Expected<double> error = compileAndRun(command, path);
  std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  removeTemporary(path);
  if (!error)
    return broken(llvm::toString(error.takeError()));
  if (*error > tolerance)
    return broken(llvm::formatv("a small network gives wrong numbers: relative error {0}", *error));
  return {"compiler", Health::Ok,
          llvm::formatv("a convolution was compiled and ran in {0:F2} s, relative error {1:E1}",
                        time.count(), *error),
          ""};
}

//===----------------------------------------------------------------------===//
// Other programs
//===----------------------------------------------------------------------===//

/// The first of `names` in PATH or `folders`.
static Finding examineProgram(llvm::StringRef title, llvm::ArrayRef<llvm::StringRef> names,
                              llvm::StringRef purpose, llvm::StringRef wayOut,
                              llvm::ArrayRef<llvm::StringRef> folders = {}) {
  for (llvm::StringRef name : names)
    for (bool inPath : {true, false}) {
      if (!inPath && folders.empty())
        continue;
      auto path =
          llvm::sys::findProgramByName(name, inPath ? llvm::ArrayRef<llvm::StringRef>() : folders);
      if (path)
        return {title.str(), Health::Ok, *path + ", " + purpose.str(), ""};
    }
  return {title.str(), Health::Missing, "no " + names.front().str() + ", " + purpose.str(),
          wayOut.str()};
}

/// The names of the OpenCL platforms, by the interface that every implementation shares.
static std::vector<std::string> openclPlatforms() {
  using GetPlatforms = int (*)(unsigned, void **, unsigned *);
  using GetInfo = int (*)(void *, unsigned, size_t, void *, size_t *);
  constexpr unsigned platformName = 0x0902, most = 16;
  std::string error;
  auto library = llvm::sys::DynamicLibrary::getPermanentLibrary("libOpenCL.so.1", &error);
  if (!library.isValid())
    return {};
  auto getPlatforms =
      reinterpret_cast<GetPlatforms>(library.getAddressOfSymbol("clGetPlatformIDs"));
  auto getInfo = reinterpret_cast<GetInfo>(library.getAddressOfSymbol("clGetPlatformInfo"));
  void *platforms[most];
  unsigned count = 0;
  if (!getPlatforms || !getInfo || getPlatforms(most, platforms, &count))
    return {};
  std::vector<std::string> names;
  for (void *platform : llvm::ArrayRef(platforms).take_front(count)) {
    char name[256] = {};
    if (!getInfo(platform, platformName, sizeof name - 1, name, nullptr))
      names.push_back(name);
  }
  return names;
}

static Finding examineOpencl() {
  std::vector<std::string> platforms = openclPlatforms();
  if (platforms.empty())
    return {"opencl", Health::Missing, "no OpenCL platform, to run --target=opencl",
            "install a GPU's driver, or a CPU's: apt install pocl-opencl-icd ocl-icd-libopencl1"};
  return {"opencl", Health::Ok, llvm::join(platforms, ", ") + ", to run --target=opencl", ""};
}

static std::vector<Finding> examineAll(const CommandArguments &command, const std::string &cache) {
  return {
      examineCpu(),
      examineCaches(),
      examinePeak(),
      examineMemory(),
      {"versions", Health::Ok,
       "Fovea " FOVEA_VERSION ", LLVM and MLIR " + llvmVersion() + ", Halide " + halideVersion(),
       ""},
      examineLibrary(command.program),
      examineCache(cache),
      examineCompiler(command),
      examineProgram("cc", {"cc", "gcc", "clang"}, "to link artefacts into programs",
                     "apt install gcc"),
      examineProgram("qemu", {"qemu-aarch64", "qemu-aarch64-static"},
                     "to run what is compiled for AArch64", "apt install qemu-user"),
      examineOpencl(),
      examineProgram("ptxas", {"ptxas"}, "to check code for CUDA", "install the CUDA toolkit",
                     {"/usr/local/cuda/bin"}),
  };
}

static void print(llvm::ArrayRef<Finding> findings) {
  llvm::raw_ostream &os = llvm::outs();
  for (const Finding &finding : findings) {
    os << llvm::formatv("{0,-8} {1,-9} {2}\n", toString(finding.health), finding.name,
                        finding.text);
    if (!finding.wayOut.empty())
      os << std::string(19, ' ') << finding.wayOut << '\n';
  }
}

static llvm::json::Value toJSON(llvm::ArrayRef<Finding> findings) {
  llvm::json::Array rows;
  for (const Finding &finding : findings)
    rows.push_back(llvm::json::Object{{"name", finding.name},
                                      {"health", toString(finding.health)},
                                      {"text", llvm::json::fixUTF8(finding.text)},
                                      {"wayOut", finding.wayOut}});
  return rows;
}

int fovea::doctorCommand(const CommandArguments &command) {
  CommandLine line("doctor",
                   "Examines this machine and what Fovea works with, compiles a small network and "
                   "runs it. A line each:\nok, warning, missing (what only a part of Fovea needs) "
                   "or broken, and what to do about it. Fails if\nsomething is broken.",
                   "[options]");
  std::string cache;
  bool json = false;
  line.text("cache", cache, "DIR", "Folder of compiled kernels (default: the user's cache)");
  line.flag("json", json, "Print JSON");
  line.example("fovea doctor", "what this machine is, and what is missing");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  std::vector<Finding> findings = examineAll(command, cache.empty() ? defaultCacheFolder() : cache);
  if (json)
    llvm::outs() << llvm::formatv("{0:2}\n", toJSON(findings));
  else
    print(findings);
  return llvm::any_of(findings, [](const Finding &f) { return f.health == Health::Broken; });
}

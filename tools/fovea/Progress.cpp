//===- Progress.cpp - What a compilation does and takes -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Driver/Table.h"
#include "fovea/Support/Memory.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include <new>
#include <sys/resource.h>
#include <unistd.h>

using namespace fovea;

/// "[3/21] 12 s  layer1.0.conv1 + relu, layer2.0.conv1"
static std::string textOf(const halide::CompileProgress &progress) {
  std::string text = llvm::formatv("[{0}/{1}] ", progress.done, progress.total);
  if (progress.secondsLeft > 0)
    text += llvm::formatv("{0:F0} s left  ", std::ceil(progress.secondsLeft));
  return text + llvm::join(progress.running, ", ");
}

std::function<void(const halide::CompileProgress &)> fovea::progressLine() {
  if (!onTerminal())
    return nullptr;
  return [](const halide::CompileProgress &progress) {
    llvm::raw_ostream &os = llvm::errs();
    os << "\r\033[K";
    size_t columns = llvm::sys::Process::StandardErrColumns();
    if (!progress.running.empty()) // A name cut at a byte may be cut within a letter.
      os << llvm::StringRef(textOf(progress)).take_front((columns ? columns : 80) - 1);
    os.flush();
  };
}

//===----------------------------------------------------------------------===//
// Afterwards
//===----------------------------------------------------------------------===//

static void printTimes(const Compiler &compiler, llvm::raw_ostream &os) {
  constexpr size_t maxKernels = 5;
  KernelStatistics statistics = compiler.statistics();
  Table table({"part", "ms"}, {Align::Left, Align::Right});
  double sum = 0;
  for (const PhaseTime &part : compiler.times()) {
    table.add({part.name, llvm::formatv("{0:F1}", part.milliseconds)});
    sum += part.milliseconds;
  }
  table.add({"together", llvm::formatv("{0:F1}", sum)});
  for (const auto &kernel : llvm::ArrayRef(statistics.slowest).take_front(maxKernels))
    table.add({"kernel of " + kernel.layers, llvm::formatv("{0:F1}", kernel.milliseconds)});
  table.print(os);
  os << statistics.compiled << " kernels compiled, " << statistics.cached << " cached";
  if (statistics.corrupt)
    os << ", " << statistics.corrupt << " corrupt in the cache";
  os << '\n' << printBytes(peakMemory()) << " of memory at most here";
  if (statistics.compiled)
    os << ", " << printBytes(statistics.peakBytes) << " in a process that compiled a kernel";
  os << '\n';
}

void fovea::showProgress(const CompileOptions &options, const Compiler &compiler) {
  KernelStatistics statistics = compiler.statistics();
  if (options.timing)
    return printTimes(compiler, llvm::errs());
  if (!onTerminal() || statistics.kernels == 0)
    return;
  llvm::errs() << statistics.kernels << (statistics.kernels == 1 ? " kernel, " : " kernels, ")
               << statistics.cached << " of them cached, in "
               << llvm::formatv("{0:F0}", statistics.milliseconds) << " ms\n";
}

void fovea::addStatistics(llvm::json::Object &object, const Compiler &compiler) {
  llvm::json::Object times;
  for (const PhaseTime &part : compiler.times())
    times[part.name] = part.milliseconds;
  object["milliseconds"] = std::move(times);
  object["peakBytes"] = peakMemory();
  object["peakWorkerBytes"] = compiler.statistics().peakBytes;
}

//===----------------------------------------------------------------------===//
// Lack of memory
//===----------------------------------------------------------------------===//

static uint64_t memoryLimit = 0;

/// Says so without allocating, removes temporary files and ends the program.
static void endForMemory() {
  char message[128];
  int length = memoryLimit ? snprintf(message, sizeof message,
                                      "error: out of memory: more than %llu MiB are needed here\n",
                                      static_cast<unsigned long long>(memoryLimit >> 20))
                           : snprintf(message, sizeof message, "error: out of memory\n");
  (void)!write(STDERR_FILENO, message, length);
  llvm::sys::RunInterruptHandlers();
  _exit(1);
}

void fovea::handleLackOfMemory(uint64_t limit) {
  memoryLimit = limit;
  std::set_new_handler(endForMemory);
  if (!limit) {
    llvm::install_bad_alloc_error_handler([](void *, const char *, bool) { endForMemory(); });
    return;
  }
  rlimit bytes = {static_cast<rlim_t>(limit), static_cast<rlim_t>(limit)};
  setrlimit(RLIMIT_DATA, &bytes);
}

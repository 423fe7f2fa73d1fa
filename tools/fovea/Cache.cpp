//===- Cache.cpp - fovea cache --------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Driver/Installation.h"
#include "fovea/Support/Memory.h"
#include "llvm/Support/FormatVariadic.h"

using namespace fovea;

namespace {
struct CacheOptions {
  std::string action, folder;
  double olderThan = -1; ///< Seconds; negative: any age.
  uint64_t downTo = 0;   ///< 0: not given.
  bool json = false;
};
} // namespace

static std::string describe(const halide::CacheContents &contents) {
  return llvm::formatv("{0} {1}, {2}", contents.entries,
                       contents.entries == 1 ? "kernel" : "kernels", printBytes(contents.bytes));
}

static int print(const CacheOptions &options, const halide::CacheContents &contents,
                 llvm::StringRef verb) {
  if (options.json)
    llvm::outs() << llvm::formatv(
        "{0:2}\n", llvm::json::Value(llvm::json::Object{{"folder", options.folder},
                                                        {"entries", int64_t(contents.entries)},
                                                        {"bytes", int64_t(contents.bytes)}}));
  else
    llvm::outs() << options.folder << ": " << verb << describe(contents) << '\n';
  return 0;
}

static int clean(const CacheOptions &options) {
  constexpr uint64_t any = UINT64_MAX;
  bool isAll = options.olderThan < 0 && !options.downTo;
  auto age = options.olderThan < 0 ? halide::KernelCache::anyAge
                                   : halide::KernelCache::Age(options.olderThan);
  auto removed = halide::KernelCache(options.folder)
                     .clean(age, isAll ? 0 : (options.downTo ? options.downTo : any));
  return removed ? print(options, *removed, "removed ") : report(removed.takeError());
}

int fovea::cacheCommand(const CommandArguments &command) {
  CommandLine line("cache",
                   "Shows what the folder of compiled kernels holds. It never grows beyond 1 GiB: "
                   "the kernels that were not\nused for longest go. `clean` removes all of them, "
                   "or those that the options name.",
                   "[clean] [options]");
  CacheOptions options;
  std::vector<std::string> actions;
  line.positionals(actions, "clean", /*required=*/false);
  line.text("cache", options.folder, "DIR", "The folder (default: the user's cache)");
  line.duration("older-than", options.olderThan, "clean: what was not used for so long");
  line.bytes("down-to", options.downTo,
             "clean: what was not used for longest, until so much is left");
  line.flag("json", options.json, "Print JSON");
  line.example("fovea cache", "where it is and how large");
  line.example("fovea cache clean --older-than=30d", "what nobody used for a month");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  bool isClean = actions == std::vector<std::string>{"clean"};
  if (!actions.empty() && !isClean)
    return report("fovea cache: expected clean, got '" + actions.back() + "'"), 2;
  if (!isClean && (options.olderThan >= 0 || options.downTo))
    return report("--older-than and --down-to belong to fovea cache clean"), 2;
  if (options.folder.empty())
    options.folder = defaultCacheFolder();
  if (options.folder.empty())
    return report("no folder for a cache is known: give --cache=DIR or set HOME");
  if (isClean)
    return clean(options);
  return print(options, halide::KernelCache(options.folder).contents(), "");
}

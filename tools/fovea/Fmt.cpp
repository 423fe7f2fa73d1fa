//===- Fmt.cpp - fovea fmt ------------------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Frontend/Format.h"
#include "fovea/Support/AtomicFile.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace fovea;

namespace {
struct FmtOptions {
  bool check = false, toStdout = false;
};
} // namespace

/// Reads a file, or standard input where the path is "-".
static llvm::Expected<unsigned> load(SourceManager &sources, llvm::StringRef path) {
  if (path != "-")
    return sources.load(path);
  auto buffer = llvm::MemoryBuffer::getSTDIN();
  if (!buffer)
    return llvm::errorCodeToError(buffer.getError());
  if ((*buffer)->getBufferSize() > SourceManager::maxFileSize)
    return llvm::createStringError("it is larger than " +
                                   std::to_string(SourceManager::maxFileSize >> 20) + " MiB");
  return sources.add("<stdin>", (*buffer)->getBuffer());
}

/// Says where two texts begin to differ.
static void showDifference(llvm::StringRef name, llvm::StringRef text, llvm::StringRef formatted) {
  unsigned line = 1;
  while (text.split('\n').first == formatted.split('\n').first && !text.empty() &&
         !formatted.empty()) {
    text = text.split('\n').second;
    formatted = formatted.split('\n').second;
    ++line;
  }
  llvm::outs() << name << ':' << line << ": not in the canonical layout\n"
               << "-" << text.split('\n').first << "\n+" << formatted.split('\n').first << '\n';
}

/// The exit code for one file.
static int formatOne(llvm::StringRef path, const FmtOptions &options) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  llvm::Expected<unsigned> file = load(sources, path);
  if (!file)
    return report("cannot read '" + path + "': " + llvm::toString(file.takeError()));
  std::optional<std::string> formatted = formatFile(*file, diagnostics);
  diagnostics.print(llvm::errs(), onTerminal());
  if (!formatted)
    return 1;
  llvm::StringRef text = sources.text(*file);
  bool differs = text != *formatted;
  if (options.check) {
    if (differs)
      showDifference(sources.name(*file), text, *formatted);
    return differs;
  }
  if (options.toStdout || path == "-") {
    llvm::outs() << *formatted;
    return 0;
  }
  llvm::Error error = differs ? writeFileAtomically(path, *formatted) : llvm::Error::success();
  return error ? report(std::move(error)) : 0;
}

int fovea::fmtCommand(const CommandArguments &command) {
  CommandLine line(
      "fmt",
      "Brings .cnn files into the canonical layout, in place. Comments stay, and so do "
      "line ends before -> and between\nthe elements of lists. A file with syntax "
      "errors is left as it is.",
      "FILE… [--check | --stdout]");
  FmtOptions options;
  std::vector<std::string> paths;
  line.positionals(paths, "a file, or - for standard input", /*required=*/true);
  line.flag("check", options.check,
            "Change nothing; list the files that differ, and fail if any do");
  line.flag("stdout", options.toStdout, "Print the formatted text, change nothing");
  line.example("fovea fmt nn/*.cnn", "several files, in place");
  line.example("fovea fmt --check resnet.cnn", "for a test");
  line.example("fovea fmt - < resnet.cnn", "for an editor");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  if (options.check && options.toStdout)
    return report("--check and --stdout exclude each other"), 2;
  int worst = 0;
  for (const std::string &path : paths)
    worst = std::max(worst, formatOne(path, options));
  return worst;
}

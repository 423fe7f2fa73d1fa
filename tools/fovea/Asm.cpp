//===- Asm.cpp - fovea asm, fovea disasm ----------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Command.h"
#include "fovea/Machine/IsaTable.h"
#include "fovea/Machine/MachineFile.h"
#include "fovea/Machine/Program.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace fovea;
using fovea::isa::Program;
using llvm::Error;
using llvm::Expected;

/// A file's content, or standard input's where the path is "-".
static Expected<std::unique_ptr<llvm::MemoryBuffer>> read(llvm::StringRef path) {
  auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(path);
  if (!buffer)
    return llvm::createStringError("cannot read '" + path + "': " + buffer.getError().message());
  return std::move(*buffer);
}

static Error checkOn(const Program &program, llvm::StringRef machine) {
  if (machine.empty())
    return Error::success();
  Expected<Accelerator> accelerator = findAccelerator(machine);
  return accelerator ? checkProgram(program, *accelerator) : accelerator.takeError();
}

//===----------------------------------------------------------------------===//
// fovea asm
//===----------------------------------------------------------------------===//

namespace {
struct AsmOptions {
  std::string input, output, machine;
  bool isa = false;
};
} // namespace

static int assembleFile(const AsmOptions &options) {
  auto text = read(options.input);
  if (!text)
    return report(text.takeError());
  llvm::StringRef name = options.input == "-" ? "<stdin>" : llvm::StringRef(options.input);
  Expected<Program> program = assemble((*text)->getBuffer(), name);
  if (!program)
    return report(program.takeError());
  if (Error error = checkOn(*program, options.machine))
    return report(name + ": " + llvm::toString(std::move(error)));
  Expected<std::string> bytes = writeProgram(*program);
  if (!bytes)
    return report(bytes.takeError());
  return writeOutput(options.output, [&](llvm::raw_ostream &os) { os << *bytes; });
}

int fovea::asmCommand(const CommandArguments &command) {
  CommandLine line("asm",
                   "Assembles a program for an accelerator. docs/isa.md describes commands and "
                   "syntax.",
                   "program.fasm [-o program.fva]");
  AsmOptions options;
  line.positional(options.input, "a file of assembly, or - for standard input");
  line.positionalUnless(options.isa);
  line.text("o", options.output, "FILE",
            "Where to write (default: beside the input, .fva; - is standard output)");
  line.text("machine", options.machine, "NAME",
            "Check that the program fits this machine: a name of fovea machines, or a file");
  line.flag("isa", options.isa, "Print the description of all commands, docs/isa.md");
  line.example("fovea asm gemm.fasm", "writes gemm.fva");
  line.example("fovea asm gemm.fasm --machine gemmini16 -o /dev/null", "only looks for errors");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  if (options.isa)
    return writeOutput(options.output,
                       [](llvm::raw_ostream &os) { os << isa::describeCommands(); });
  if (options.output.empty() && options.input != "-") {
    llvm::SmallString<128> beside(options.input);
    llvm::sys::path::replace_extension(beside, ".fva");
    options.output = beside.str().str();
    if (options.output == options.input)
      return report("the input is a .fva file already; give -o FILE"), 2;
  }
  return assembleFile(options);
}

//===----------------------------------------------------------------------===//
// fovea disasm
//===----------------------------------------------------------------------===//

int fovea::disasmCommand(const CommandArguments &command) {
  CommandLine line("disasm",
                   "Prints a program for an accelerator as assembly, which fovea asm makes the "
                   "same program of.",
                   "program.fva [-o program.fasm]");
  std::string input, output;
  line.positional(input, "a program, or - for standard input");
  line.text("o", output, "FILE", "Where to write (default: standard output)");
  line.example("fovea disasm gemm.fva", "on standard output");
  if (std::optional<int> code = parseOrExit(line, command))
    return *code;
  auto bytes = read(input);
  if (!bytes)
    return report(bytes.takeError());
  Expected<Program> program = readProgram((*bytes)->getBuffer());
  if (!program)
    return report("cannot read '" + input + "': " + llvm::toString(program.takeError()));
  return writeOutput(output, [&](llvm::raw_ostream &os) { os << disassemble(*program); });
}

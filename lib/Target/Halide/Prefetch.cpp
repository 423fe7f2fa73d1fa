//===- Prefetch.cpp - Prefetches that stay in L2 --------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Prefetch.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

namespace fovea::halide {

namespace {
/// Finds instructions in x86-64 code.
class X86Code {
public:
  X86Code();
  /// Calls `visit` with the name and the bytes of each instruction in order.
  Error forEach(ArrayRef<uint8_t> code,
                function_ref<void(StringRef name, ArrayRef<uint8_t> bytes)> visit) const;

private:
  Triple triple{"x86_64-unknown-linux-gnu"};
  MCTargetOptions options;
  std::unique_ptr<MCRegisterInfo> registers;
  std::unique_ptr<MCAsmInfo> assembly;
  std::unique_ptr<MCInstrInfo> instructions;
  std::unique_ptr<MCSubtargetInfo> subtarget;
  std::unique_ptr<MCContext> context;
  std::unique_ptr<MCDisassembler> disassembler;
};
} // namespace

X86Code::X86Code() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86Disassembler();
  std::string error;
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  registers.reset(target->createMCRegInfo(triple));
  assembly.reset(target->createMCAsmInfo(*registers, triple, options));
  instructions.reset(target->createMCInstrInfo());
  subtarget.reset(target->createMCSubtargetInfo(triple, "", ""));
  context = std::make_unique<MCContext>(triple, assembly.get(), registers.get(), subtarget.get());
  disassembler.reset(target->createMCDisassembler(*subtarget, *context));
}

Error X86Code::forEach(ArrayRef<uint8_t> code,
                       function_ref<void(StringRef name, ArrayRef<uint8_t> bytes)> visit) const {
  for (uint64_t at = 0, size; at < code.size(); at += size) {
    MCInst instruction;
    if (disassembler->getInstruction(instruction, size, code.drop_front(at), at, nulls()) !=
        MCDisassembler::Success)
      return createStringError("the kernel's object has an unknown instruction at " + Twine(at));
    visit(instructions->getName(instruction.getOpcode()), code.slice(at, size));
  }
  return Error::success();
}

/// The opcode is 0F 18; bits 3 to 5 of the byte behind it say where to: 0 nta, 1 t0, 2 t1.
static void makeT1(uint8_t *instruction, size_t size) {
  for (size_t i = 0; i + 2 < size; ++i)
    if (instruction[i] == 0x0f && instruction[i + 1] == 0x18) {
      instruction[i + 2] |= 2 << 3;
      return;
    }
}

Error prefetchIntoL2(const object::ObjectFile &file, std::string &bytes) {
  if (file.getArch() != Triple::x86_64 || StringRef(bytes).find("\x0f\x18") == StringRef::npos)
    return Error::success();
  X86Code code;
  for (const object::SymbolRef &symbol : file.symbols()) {
    Expected<object::SymbolRef::Type> type = symbol.getType();
    Expected<object::section_iterator> section = symbol.getSection();
    Expected<uint64_t> offset = symbol.getValue();
    if (!type || !section || !offset)
      return joinErrors(joinErrors(type.takeError(), section.takeError()), offset.takeError());
    if (*type != object::SymbolRef::ST_Function || *section == file.section_end())
      continue;
    Expected<StringRef> contents = (*section)->getContents();
    if (!contents)
      return contents.takeError();
    uint64_t size = object::ELFSymbolRef(symbol).getSize();
    if (*offset > contents->size() || size > contents->size() - *offset)
      return createStringError("the kernel's object has a function past its section's end");
    Error error = code.forEach(
        arrayRefFromStringRef(contents->substr(*offset, size)),
        [&](StringRef name, ArrayRef<uint8_t> instruction) {
          size_t place = reinterpret_cast<const char *>(instruction.data()) - file.getData().data();
          if (name == "PREFETCHNTA")
            makeT1(reinterpret_cast<uint8_t *>(bytes.data()) + place, instruction.size());
        });
    if (error)
      return error;
  }
  return Error::success();
}

} // namespace fovea::halide

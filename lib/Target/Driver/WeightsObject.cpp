//===- WeightsObject.cpp - Embedded weights ---------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Written byte by byte: what goes through a code generator is copied several times, and weights are
// most of an artefact. The structure is that of the System V ABI, chapter 4.
//
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/DriverObject.h"
#include "lib/Target/Driver/PlanMemory.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

std::string driver::weightsSymbol(const Network &network) {
  return "fovea_weights_" + network.prefix;
}

namespace {

enum Section : unsigned { Null, Data, Symbols, Strings, Stack, Count };

/// Lays the sections out one after another behind the ELF header.
class ObjectWriter {
public:
  explicit ObjectWriter(std::string &bytes) : bytes(bytes) {
    bytes.resize(sizeof(ELF::Elf64_Ehdr));
  }

  /// `name` is an offset into the string table.
  void add(Section section, unsigned type, unsigned name, StringRef contents, unsigned alignment) {
    bytes.resize(alignTo(bytes.size(), alignment));
    headers[section].sh_name = name;
    headers[section].sh_type = type;
    headers[section].sh_offset = bytes.size();
    headers[section].sh_size = contents.size();
    headers[section].sh_addralign = alignment;
    bytes += contents;
  }

  ELF::Elf64_Shdr &header(Section section) { return headers[section]; }

  void finish(uint16_t machine) {
    bytes.resize(alignTo(bytes.size(), 8));
    ELF::Elf64_Ehdr file = {};
    memcpy(file.e_ident, ELF::ElfMagic, 4);
    file.e_ident[ELF::EI_CLASS] = ELF::ELFCLASS64;
    file.e_ident[ELF::EI_DATA] = ELF::ELFDATA2LSB;
    file.e_ident[ELF::EI_VERSION] = ELF::EV_CURRENT;
    file.e_type = ELF::ET_REL;
    file.e_machine = machine;
    file.e_version = ELF::EV_CURRENT;
    file.e_shoff = bytes.size();
    file.e_ehsize = sizeof file;
    file.e_shentsize = sizeof(ELF::Elf64_Shdr);
    file.e_shnum = Count;
    file.e_shstrndx = Strings;
    bytes.append(reinterpret_cast<const char *>(headers), sizeof headers);
    memcpy(bytes.data(), &file, sizeof file);
  }

private:
  std::string &bytes;
  ELF::Elf64_Shdr headers[Count] = {};
};

/// Names, each with its offset.
struct StringTable {
  unsigned add(StringRef name) {
    unsigned offset = text.size();
    text += name;
    text += '\0';
    return offset;
  }
  std::string text = std::string(1, '\0');
};

} // namespace

Expected<ObjectFile> driver::emitWeightsObject(const Network &network, StringRef image) {
  StringTable names;
  unsigned data = names.add(".rodata"), symbols = names.add(".symtab"),
           strings = names.add(".strtab"), stack = names.add(".note.GNU-stack");
  ELF::Elf64_Sym table[2] = {};
  table[1].st_name = names.add(weightsSymbol(network));
  table[1].setBindingAndType(ELF::STB_GLOBAL, ELF::STT_OBJECT);
  table[1].st_other = ELF::STV_HIDDEN;
  table[1].st_shndx = Data;
  table[1].st_size = image.size();

  ObjectFile object{network.prefix + "_weights.o", ""};
  object.bytes.reserve(image.size() + 1024);
  ObjectWriter writer(object.bytes);
  writer.add(Data, ELF::SHT_PROGBITS, data, image, 64);
  writer.header(Data).sh_flags = ELF::SHF_ALLOC;
  writer.add(Symbols, ELF::SHT_SYMTAB, symbols,
             StringRef(reinterpret_cast<const char *>(table), sizeof table), 8);
  writer.header(Symbols).sh_link = Strings;
  writer.header(Symbols).sh_info = 1; // The first symbol that is not local.
  writer.header(Symbols).sh_entsize = sizeof(ELF::Elf64_Sym);
  writer.add(Strings, ELF::SHT_STRTAB, strings, names.text, 1);
  writer.add(Stack, ELF::SHT_PROGBITS, stack, "", 1);
  Triple triple = tripleOf(network.first());
  writer.finish(triple.isAArch64() ? ELF::EM_AARCH64 : ELF::EM_X86_64);
  return object;
}

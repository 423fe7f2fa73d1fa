//===- IsaDocument.cpp - The text of docs/isa.md --------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/IsaTable.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace fovea::isa;

static constexpr llvm::StringLiteral introduction = R"(# Commands of the accelerator

`fovea asm --isa` prints this page, from the table that encoder, assembler and disassembler are made of
(`include/fovea/Machine/Isa.def`).

Four queues run at once, each its own commands in order: `ld` (DRAM to local memory), `ex` (the MAC array), `vx` (the vector unit) and `st` (local
memory to DRAM). Commands are handed to them in the program's order. `fence` and `halt` are in none.

`wait=ld,vx`: the command takes a token that a command of `ld` gave it, and one of `vx`, before it begins. `signal=st`: it gives one to `st`
when it ends. Tokens of a pair of queues are counted.

## A program

```text
.machine gemmini16                       # what it was made for
.input x narrow [16,16]                  # tensors in DRAM: name, kind of element, shape
.param w narrow [16,16] = random 1
.param q quantization [1] = { 1518500250 7 0 -128 127 }
.output y narrow [16,16]

.layer "gemm" pixels=16 filters=16 window=16 repeat=1
sett table=quantization src=q
ld dst=spad[0] src=x n0=16 n1=16 src1=16 dst1=16
ld dst=spad[256] src=w n0=16 n1=16 src1=16 dst1=16 signal=ex
gemm a=spad[0] b=spad[256] acc=acc[0] m=16 k=16 n=16 lda=16 ldb=16 ldacc=16 wait=ld signal=vx
rq src=acc[0] dst=spad[512] n0=16 n1=16 lds=16 ldd=16 wait=ex signal=st
st dst=y src=spad[512] n0=16 n1=16 dst1=16 src1=16 wait=vx
halt
```

A command or a directive stands on a line; `#` begins a comment. Fields stand in any order. Addresses must be written, other fields have a default.

| directive | says |
|---|---|
| `.machine NAME` | the machine that the program was made for |
| `.types i8 i32` | its input's and accumulator's types; these are the default |
| `.float` | the program computes in floats |
| `.dram UNITS` | the size of DRAM; by default it ends with the last tensor |
| `.input`, `.output`, `.param`, `.scratch` `NAME ELEMENT SHAPE [at ADDRESS]` | a tensor; without `at` it stands behind those before it, at a multiple of 64 |
| `.layer "NAME" [at "FILE:LINE:COLUMN"]` and `pixels=`, `filters=`, `window=`, `repeat=` | the commands from here on belong to that layer of the network |

DRAM is addressed in units of the machine's input type: `dram[64]`, `w[64]` for a place in a tensor, `w` for its first unit. Local memories are addressed
in elements: `spad[0]`, `acc[0]`. Strides count as the memory that they are of does; no unit is twice in
what a command writes, nor in an operand of the array. Names that are no words stand in quotes,
where `\"`, `\\` and `\x0a` mean a quote, a backslash and a byte.

| element | an entry holds | numbers in the text |
|---|---|---|
| `narrow` | one unit | 1 |
| `wide` | an element of the accumulator's type | 1 |
| `quantization` | 12 bytes | 5: multiplier, shift, zero point, least and greatest result; of floats 4: scale, zero point, least, greatest |
| `lookup` | one unit; 256 are a table | 1 |
| `shift` | two units | 2: rows, columns |

A `.param` has values behind `=`: `{ 1 2 3 }`, on as many lines as wanted, where the numbers of one entry alone are taken for all;
`hex { 00ff }`, the bytes; `random SEED`, uniform over the type's range (`narrow`: of 8 bits at most, so that sums have room), floats from -1 to 1, shifts by -1, 0 or 1.

## Encoding

A command has 256 bits. Bits 0 to 5 are its opcode, bits 6 to 9 the queues that it waits for and bits 10 to 13 those that it signals (`ld`
the lowest), then follow the fields. What is left is zero. A size is stored less one. An address of either local memory has its highest
bit set for the accumulator.

A program's file (`.fva`) is little endian; a text is its length (4 bytes) and its bytes.

| part | bytes |
|---|---|
| magic, `FoveaFVA` | 8 |
| version, 1 | 4 |
| the machine's name | text |
| bits of its input and accumulator, arithmetic (0: integers, 1: floats) | 1 each |
| units of DRAM | 8 |
| number of tensors | 4 |
| each: name; role, element, number of extents; extents; address; number of bytes, bytes | text; 1 each; 8 each; 8; 8, that many |
| number of layers | 4 |
| each: name, location; first command, pixels, filters, window, repeat | texts; 8 each |
| number of commands | 8 |
| the commands | 32 each |
| XXH3 (64 bits) of all before | 8 |

Roles and elements count from 0 in the order of the tables above. What does not agree with the checksum, is out of range or reaches beyond the file
is an error, and so is a program that is not well-formed: one `halt`, at the end; tokens for other queues alone; tensors inside DRAM. Whether it
fits a machine (`fovea asm --machine NAME`, and before every simulation) is another matter: addresses and extents inside the memories,
entries inside the tables, dataflows that the array has.

## Commands
)";

static llvm::StringRef placeOf(Queue queue) {
  return queue == Queue::None ? "none" : llvm::StringRef(queueNames[unsigned(queue)]);
}

template <typename Field> static void writeField(llvm::raw_ostream &os, const Field &field) {
  os << "| `" << field.name << "` | " << Field::at;
  if (Field::bits > 1)
    os << "–" << Field::at + Field::bits - 1;
  os << " | ";
  Names names = namesOf(Field::kind);
  switch (Field::kind) {
  case FieldKind::Dram:
    os << "address in DRAM";
    break;
  case FieldKind::Spad:
    os << "address in the scratchpad";
    break;
  case FieldKind::Acc:
    os << "address in the accumulator";
    break;
  case FieldKind::Local:
    os << "address in either";
    break;
  case FieldKind::Flag:
    os << "flag";
    break;
  default:
    if (names.empty())
      os << Field::range.least << " to " << Field::range.most;
    llvm::interleave(names, os, [&](auto name) { os << '`' << name << '`'; }, ", ");
  }
  os << " | ";
  if (!names.empty())
    os << '`' << names[0] << '`';
  else if (!isAddress(Field::kind) && Field::kind != FieldKind::Flag)
    os << (Field::kind == FieldKind::Count);
  os << " | " << field.summary << " |\n";
}

std::string fovea::isa::describeCommands() {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << introduction;
  forEachCommand([&](auto operands) {
    using Command = RowOf<decltype(operands)>;
    os << "\n### `" << Command::mnemonic << "`\n\n"
       << Command::summary << ".\n\nOpcode " << unsigned(Command::opcode) << ", queue "
       << placeOf(Command::queue) << '.';
    if (Command::end == headerBits) {
      os << " No fields.\n";
      return;
    }
    os << "\n\n| field | bits | values | default | meaning |\n|---|---|---|---|---|\n";
    Command::forEachField(operands, [&](const auto &field, auto &) { writeField(os, field); });
  });
  return text;
}

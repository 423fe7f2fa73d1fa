//===- CheckProgramTest.cpp - Programs that cannot run --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/Footprint.h"
#include "fovea/Machine/Program.h"
#include "gtest/gtest.h"

using namespace fovea;
using fovea::isa::Program;

namespace {
class CheckProgramTest : public testing::Test {
protected:
  CheckProgramTest() {
    machine.name = "small";
    machine.spadBytes = 1000;
    machine.accBytes = 400; // 100 elements.
    program.dramUnits = 1 << 16;
    program.commands = {{isa::Halt(), 0, 0}};
  }

  /// The error of the program as it is; empty where there is none.
  std::string check() {
    llvm::Error error = checkProgram(program, machine);
    return error ? llvm::toString(std::move(error)) : "";
  }
  /// The error of a program of one command, without the command's text; empty where it has none.
  std::string check(isa::Command command) {
    program.commands = {command, {isa::Halt(), 0, 0}};
    std::string error = check(), begin = "command 0 (" + disassemble(command) + "): ";
    if (error.empty())
      return "";
    EXPECT_EQ(error.substr(0, begin.size()), begin);
    return error.substr(std::min(error.size(), begin.size()));
  }
  std::string check(isa::Operation operation) { return check(isa::Command{operation, 0, 0}); }

  Accelerator machine;
  Program program;
};
} // namespace

TEST_F(CheckProgramTest, HaltIsLastAndOnlyThere) {
  EXPECT_EQ(check(), "");
  program.commands = {};
  EXPECT_EQ(check(), "there are no commands; the last must be halt");
  program.commands = {{isa::Fence(), 0, 0}};
  EXPECT_EQ(check(), "command 0 (fence): the last command is no halt");
  program.commands = {{isa::Halt(), 0, 0}, {isa::Halt(), 0, 0}};
  EXPECT_EQ(check(), "command 0 (halt): halt is not the last command");
  program.commands = {{}, {isa::Halt(), 0, 0}};
  EXPECT_EQ(check(), "command 0 ((none)): there is no operation");
}

TEST_F(CheckProgramTest, TokensGoToOtherQueues) {
  EXPECT_EQ(check({isa::Fence(), 1, 0}), "fence waits for a token; it belongs to no queue");
  EXPECT_EQ(check({isa::Fence(), 0, 2}), "fence signals a token; it belongs to no queue");
  isa::Reduce reduce;
  EXPECT_EQ(check({reduce, 4, 0}), "reduce waits for a token of its own queue, vx");
  EXPECT_EQ(check({reduce, 0, 4}), "reduce signals a token of its own queue, vx");
  EXPECT_EQ(check({reduce, 11, 11}), "");
}

TEST_F(CheckProgramTest, LayersAreInOrder) {
  program.layers = {{"a", "", 1, 0, 0, 0, 0}, {"b", "", 0, 0, 0, 0, 0}};
  EXPECT_EQ(check(), "layer 1 ('b'): it begins before the layer in front of it");
  program.layers = {{"a", "", 2, 0, 0, 0, 0}};
  EXPECT_EQ(check(), "layer 0 ('a'): it begins with command 2; there are 1");
  program.layers = {{"a", "", 0, 0, -1, 0, 0}};
  EXPECT_EQ(check(), "layer 0 ('a'): a negative size");
  program.layers = {{"a", "", 0, 1 << 16, 1 << 16, 1 << 8, 1 << 8}};
  EXPECT_EQ(check(), "");
  for (int64_t repeat : {int64_t(257), INT64_MAX}) {
    program.layers[0].repeat = repeat;
    EXPECT_EQ(check(), "layer 0 ('a'): more than 2^48 multiply-accumulates");
  }
  program.layers = {{"a", "", 0, INT64_MAX, 0, 0, 0}};
  EXPECT_EQ(check(), "layer 0 ('a'): more than 2^48 multiply-accumulates");
}

TEST_F(CheckProgramTest, TablesAreParameters) {
  for (ElementKind element : {ElementKind::Quantization, ElementKind::Lookup, ElementKind::Shift})
    for (TensorRole role : {TensorRole::Input, TensorRole::Output}) {
      program.tensors = {{"q", role, element, {1}, 0, ""}};
      EXPECT_EQ(check(), "tensor 0 ('q'): entries of tables are parameters; inputs and outputs are "
                         "narrow or wide");
      program.tensors[0].role = TensorRole::Scratch;
      EXPECT_EQ(check(), "");
    }
}

TEST_F(CheckProgramTest, FillIsOfTheInputsType) {
  program.input = machine.input = machine.weight = {4};
  auto with = [&](auto operation, int fill) {
    operation.fill = int8_t(fill);
    return check(operation);
  };
  for (int fill : {-8, 7}) {
    EXPECT_EQ(with(isa::Ld(), fill), "");
    EXPECT_EQ(with(isa::Conv(), fill), "");
    EXPECT_EQ(with(isa::Depthwise(), fill), "");
    EXPECT_EQ(with(isa::Shift(), fill), "");
  }
  EXPECT_EQ(with(isa::Ld(), 100), "fill=100 is no i4");
  EXPECT_EQ(with(isa::Conv(), 8), "fill=8 is no i4");
  EXPECT_EQ(with(isa::Depthwise(), -9), "fill=-9 is no i4");
  EXPECT_EQ(with(isa::Shift(), -128), "fill=-128 is no i4");
}

/// A few bits must not ask for days: what is written, is written once.
TEST_F(CheckProgramTest, NothingIsWrittenTwice) {
  isa::Ld ld;
  ld.n0 = 10, ld.n1 = 3, ld.n2 = 2, ld.dst1 = 10, ld.dst2 = 30;
  EXPECT_EQ(check(ld), "");
  ld.dst2 = 29;
  EXPECT_EQ(check(ld), "writes rows of the scratchpad that overlap");
  ld.dst1 = 60, ld.dst2 = 10; // Planes between rows.
  EXPECT_EQ(check(ld), "");
  ld.dst1 = 0, ld.dst2 = 10;
  EXPECT_EQ(check(ld), "writes rows of the scratchpad that overlap");
  isa::St st;
  st.src.accumulator = true, st.n0 = 5, st.n1 = 2, st.dst1 = 20;
  EXPECT_EQ(check(st), "");
  st.dst1 = 19;
  EXPECT_EQ(check(st), "writes rows of the DRAM that overlap");
  isa::Copy copy;
  copy.n0 = 3, copy.dst0 = 2, copy.n1 = 3, copy.dst1 = 1;
  EXPECT_EQ(check(copy), "writes rows of the scratchpad that overlap");
  copy.dst1 = 5;
  EXPECT_EQ(check(copy), "");
  copy.n0 = 1, copy.n1 = 1 << 14, copy.dst1 = 0;
  EXPECT_EQ(check(copy), "writes rows of the scratchpad that overlap");
  auto rows = [&](auto operation) {
    operation.n0 = 4, operation.n1 = 2, operation.ldd = 3;
    EXPECT_EQ(check(operation), "writes rows of the scratchpad that overlap");
    operation.ldd = 4;
    EXPECT_EQ(check(operation), "");
  };
  isa::Gemm gemm;
  gemm.m = gemm.k = gemm.n = 2, gemm.lda = gemm.ldacc = 2, gemm.ldb = 1;
  EXPECT_EQ(check(gemm), "reads rows of the scratchpad that overlap");
  gemm.ldb = 2;
  EXPECT_EQ(check(gemm), "");
  rows(isa::Elementwise());
  rows(isa::Requantize());
  rows(isa::Lookup());
  auto image = [&](auto operation) {
    operation.c = 4, operation.ldd = 3;
    EXPECT_EQ(check(operation), "writes rows of the scratchpad that overlap");
    operation.ldd = 4;
    EXPECT_EQ(check(operation), "");
  };
  isa::Pool pool;
  pool.oh = pool.ow = 3;
  image(pool);
  isa::Resize resize;
  resize.oh = resize.ow = 3;
  image(resize);
  isa::Shift shift;
  shift.h = shift.w = 3, shift.lds = 4;
  image(shift);
}

TEST_F(CheckProgramTest, TensorsAreInsideDram) {
  auto with = [&](DramTensor tensor) {
    program.tensors = {tensor};
    return check();
  };
  DramTensor tensor{"x", TensorRole::Input, ElementKind::Wide, {4, 4}, (1 << 16) - 64, ""};
  EXPECT_EQ(with(tensor), "");
  ++tensor.address;
  EXPECT_EQ(with(tensor), "tensor 0 ('x'): it takes 64 units from 65473 on; DRAM ends at 65536");
  tensor.address = UINT64_MAX;
  EXPECT_EQ(with(tensor), "tensor 0 ('x'): it takes 64 units from 18446744073709551615 on; DRAM "
                          "ends at 65536");
  tensor.address = 0;
  for (std::vector<int64_t> shape : {std::vector<int64_t>{0},
                                     {-1},
                                     {INT64_MAX, 2},
                                     {65536, 65537},
                                     {1 << 16, 1 << 16, 1 << 16, 1 << 16},
                                     {1ll << 33},
                                     {1, 1, 1, 1, 1, 1, 1, 1, 1}}) {
    tensor.shape = shape;
    EXPECT_EQ(with(tensor), "tensor 0 ('x'): its shape may have 8 extents, each 1 at least, and "
                            "4294967296 units in all");
  }
  tensor.shape = {};
  tensor.bytes = "abcd";
  EXPECT_EQ(with(tensor), "tensor 0 ('x'): it has 4 bytes of values, not 0");
  tensor.role = TensorRole::Param;
  EXPECT_EQ(with(tensor), "");
  tensor.bytes = "abc";
  EXPECT_EQ(with(tensor), "tensor 0 ('x'): it has 3 bytes of values, not 4");
  program.arithmetic = Arithmetic::Float;
  EXPECT_EQ(with(tensor), "tensor 0 ('x'): it has 3 bytes of values, not 16");
  tensor = {"", TensorRole::Input, ElementKind::Narrow, {}, 0, ""};
  EXPECT_EQ(with(tensor), "tensor 0 (''): the name is empty");
  tensor.name = "y";
  program.tensors = {tensor, tensor};
  EXPECT_EQ(check(), "tensor 1 ('y'): another tensor has the name 'y' already");
}

TEST_F(CheckProgramTest, TypesAreTheMachines) {
  program.input.bits = 16;
  EXPECT_EQ(check(), "the program works on i16 and i32, small on i8 and i32");
  program.input.bits = 0;
  EXPECT_EQ(check(), "units of 0 bits; they may have 2 to 16");
  program.input.bits = 8;
  program.accumulator.bits = 4;
  EXPECT_EQ(check(), "an accumulator of 4 bits; it may have 8, those of a unit, to 64");
  program.accumulator.bits = 32;
  program.dramUnits = (uint64_t(1) << 32) + 1;
  EXPECT_EQ(check(), "a DRAM of 4294967297 units; it may have 4294967296");
}

TEST_F(CheckProgramTest, BlocksOfLd) {
  isa::Ld ld;
  ld.n0 = 10, ld.n1 = 3, ld.n2 = 2, ld.src1 = 100, ld.src2 = 1000, ld.dst1 = 10, ld.dst2 = 100;
  ld.src = (1 << 16) - 1210;
  ld.before1 = ld.after1 = 1, ld.after2 = 1;
  ld.dst.element = 1000 - 250;
  EXPECT_EQ(check(ld), "");
  ld.dst.element += 1;
  EXPECT_EQ(check(ld), "writes scratchpad up to element 1000; it has 1000");
  ld.dst.element = 0;
  ld.src += 1;
  EXPECT_EQ(check(ld), "reads DRAM up to unit 65536; it has 65536");
  ld.src = 0;
  ld.wide = true;
  EXPECT_EQ(check(ld), "wide elements go to the accumulator alone");
  ld.dst = {true, 0};
  EXPECT_EQ(check(ld), "writes accumulator up to element 249; it has 100");
  ld = {};
  ld.wide = true, ld.dst.accumulator = true, ld.src = (1 << 16) - 3;
  EXPECT_EQ(check(ld), "reads DRAM up to unit 65536; it has 65536");
}

TEST_F(CheckProgramTest, NothingOverflows) {
  isa::Copy copy;
  copy.n0 = copy.n1 = 1 << 14, copy.n2 = 1 << 12;
  copy.src0 = (1 << 16) - 1, copy.src1 = (1 << 20) - 1, copy.src2 = (1 << 24) - 1;
  copy.src.element = (1 << 28) - 1;
  EXPECT_EQ(check(copy), "reads scratchpad up to element 87223595010; it has 1000");
  isa::Conv conv;
  conv.h = conv.w = conv.oh = conv.ow = conv.c = conv.n = 4096;
  conv.kh = conv.kw = 32;
  conv.ldb = conv.lda = conv.ldacc = (1 << 14) - 1;
  EXPECT_EQ(check(conv), "reads scratchpad up to element 274861117440; it has 1000");
  conv.h = conv.w = conv.c = 1, conv.lda = 0, conv.kh = conv.kw = conv.n = 1;
  EXPECT_EQ(check(conv), "writes accumulator up to element 274861113345; it has 100");
}

TEST_F(CheckProgramTest, TheArraysCommands) {
  isa::Gemm gemm;
  gemm.m = 4, gemm.k = 20, gemm.n = 10, gemm.lda = 20, gemm.ldb = 10, gemm.ldacc = 10;
  EXPECT_EQ(check(gemm), "");
  gemm.a = 1000 - 79;
  EXPECT_EQ(check(gemm), "reads scratchpad up to element 1000; it has 1000");
  gemm.ta = true, gemm.lda = 4;
  EXPECT_EQ(check(gemm), "reads scratchpad up to element 1000; it has 1000");
  gemm.a = 0, gemm.acc = 61;
  EXPECT_EQ(check(gemm), "writes accumulator up to element 100; it has 100");
  gemm.acc = 0, gemm.ldacc = 9;
  EXPECT_EQ(check(gemm), "writes rows of the accumulator that overlap");
  gemm.m = 1;
  EXPECT_EQ(check(gemm), "");
  gemm.dataflow = Dataflow::InputStationary;
  EXPECT_EQ(check(gemm), "the array of small has no dataflow is");
  isa::Conv conv;
  conv.oh = 2, conv.n = 2, conv.ldb = 2;
  EXPECT_EQ(check(conv), "writes rows of the accumulator that overlap");
  conv.ldacc = 2;
  EXPECT_EQ(check(conv), "");
  conv.dataflow = Dataflow::OutputStationary;
  EXPECT_EQ(check(conv), "the array of small has no dataflow os");
  conv.dataflow = Dataflow::WeightStationary;
  conv.shift = true;
  EXPECT_EQ(check(conv), "the address generator of small does not shift");
  machine.shiftInAddressGenerator = true;
  EXPECT_EQ(check(conv), "");
}

TEST_F(CheckProgramTest, TablesHaveAnEnd) {
  isa::SetTable set;
  set.first = 4000, set.count = 96;
  EXPECT_EQ(check(set), "");
  set.count = 97;
  EXPECT_EQ(check(set), "writes quantisation table up to entry 4096; it has 4096");
  set.first = 0, set.src = (1 << 16) - 96 * 12;
  EXPECT_EQ(check(set), "reads DRAM up to unit 65547; it has 65536");
  set.table = isa::TableKind::Lookup, set.first = 3841, set.count = 256, set.src = 0;
  EXPECT_EQ(check(set), "writes lookup tables up to entry 4096; it has 4096");
  isa::Requantize rq;
  rq.first = 4090, rq.n0 = 7;
  EXPECT_EQ(check(rq), "");
  rq.each = true;
  EXPECT_EQ(check(rq), "reads quantisation table up to entry 4096; it has 4096");
}

/// Every region of every command, moved to where it ends one behind its memory.
TEST_F(CheckProgramTest, TheVectorUnitsCommands) {
  isa::Depthwise dwc;
  dwc.c = 4, dwc.mul = 2, dwc.ow = 3, dwc.ldacc = 7;
  EXPECT_EQ(check(dwc), "writes rows of the accumulator that overlap");
  dwc.ldacc = 8, dwc.acc = 100 - 23;
  EXPECT_EQ(check(dwc), "writes accumulator up to element 100; it has 100");
  isa::Pool pool;
  pool.oh = pool.ow = 5, pool.c = 2, pool.ldd = 2, pool.dst = 1000 - 49;
  EXPECT_EQ(check(pool), "writes scratchpad up to element 1000; it has 1000");
  isa::Elementwise elt;
  elt.n0 = 11, elt.y = {true, 90};
  EXPECT_EQ(check(elt), "reads accumulator up to element 100; it has 100");
  isa::Shift shift;
  shift.h = shift.w = 4, shift.lds = 100;
  EXPECT_EQ(check(shift), "reads scratchpad up to element 1500; it has 1000");
  isa::Resize resize;
  resize.c = 1001;
  EXPECT_EQ(check(resize), "reads scratchpad up to element 1000; it has 1000");
  isa::Lookup lut;
  lut.dst = 1000;
  EXPECT_EQ(check(lut), "writes scratchpad up to element 1000; it has 1000");
  isa::Reduce reduce;
  reduce.c = 101;
  EXPECT_EQ(check(reduce), "writes accumulator up to element 100; it has 100");
  isa::St st;
  st.src = {true, 0}, st.dst = (1 << 16) - 3;
  EXPECT_EQ(check(st), "writes DRAM up to unit 65536; it has 65536");
}

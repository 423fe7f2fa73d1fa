//===- RuntimeTest.cpp - The object of the run-time library -----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "TinyNetwork.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace fovea::driver;

/// Linked into any program, it must neither take a name of the program's nor keep state of its own.
TEST(Runtime, DefinesOnlyItsOwnNamesAndNoData) {
  ObjectFile runtime = runtimeObject();
  auto object =
      test::get(object::ObjectFile::createObjectFile(MemoryBufferRef(runtime.bytes, runtime.name)));
  ASSERT_TRUE(object);
  for (const object::SymbolRef &symbol : object->symbols()) {
    uint32_t flags = cantFail(symbol.getFlags());
    StringRef name = cantFail(symbol.getName());
    if ((flags & object::SymbolRef::SF_Global) && !(flags & object::SymbolRef::SF_Undefined)) {
      EXPECT_TRUE(name.starts_with("fovea_")) << name.str();
    }
  }
  for (const object::SectionRef &section : object->sections()) {
    StringRef name = cantFail(section.getName());
    EXPECT_FALSE(name.starts_with(".tdata") || name.starts_with(".tbss")) << name.str();
    if (section.isBSS() || name == ".data") {
      EXPECT_EQ(section.getSize(), 0u) << name.str();
    }
  }
}

TEST(Runtime, IsOfTheArchitectureAskedFor) {
  EXPECT_EQ(test::get(runtimeObject(sys::getProcessTriple())).bytes, runtimeObject().bytes);
  Expected<ObjectFile> none = runtimeObject("riscv64-unknown-linux-gnu");
  ASSERT_FALSE(bool(none));
  EXPECT_EQ(toString(none.takeError()),
            "this build of Fovea has no run-time library for riscv64-unknown-linux-gnu: it was "
            "built without a C compiler for it");
}

//===- Archive.cpp - Objects in one file ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/DriverObject.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Object/ArchiveWriter.h"

using namespace llvm;

Expected<std::string> fovea::driver::packArchive(ArrayRef<ObjectFile> objects) {
  StringSet<> names;
  std::vector<NewArchiveMember> members;
  for (const ObjectFile &object : objects) {
    if (!names.insert(object.name).second)
      return createStringError("two members of an archive are called '" + object.name + "'");
    members.emplace_back(MemoryBufferRef(object.bytes, object.name));
  }
  std::string bytes;
  raw_string_ostream os(bytes);
  if (Error error = writeArchiveToStream(os, members, SymtabWritingMode::NormalSymtab,
                                         object::Archive::K_GNU, /*Deterministic=*/true,
                                         /*Thin=*/false))
    return error;
  return bytes;
}

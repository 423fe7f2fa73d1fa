//===- TestFiles.h - Files that tests read and write ------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_TEST_SUPPORT_TESTFILES_H
#define FOVEA_TEST_SUPPORT_TESTFILES_H

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace fovea::test {

/// A file that is committed with the tests.
inline std::string input(llvm::StringRef name) {
  return std::string(FOVEA_TEST_INPUTS) + "/" + name.str();
}

/// An empty folder that goes away with its object.
class Folder {
public:
  Folder() { EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("fovea-test", root)); }
  ~Folder() { llvm::sys::fs::remove_directories(root); }

  std::string path(llvm::StringRef name) const { return (root + "/" + name).str(); }
  std::string write(llvm::StringRef name, llvm::StringRef bytes) const {
    std::error_code code;
    llvm::raw_fd_ostream(path(name), code) << bytes;
    EXPECT_FALSE(code);
    return path(name);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    std::error_code code;
    for (llvm::sys::fs::directory_iterator it(root, code), end; it != end; it.increment(code))
      names.push_back(llvm::StringRef(it->path()).rsplit('/').second.str());
    return names;
  }

private:
  llvm::SmallString<128> root;
};

inline std::string contents(llvm::StringRef path) {
  auto file = llvm::MemoryBuffer::getFile(path);
  return file ? (*file)->getBuffer().str() : "cannot read " + path.str();
}

/// The error's text, or "" where there is none.
inline std::string errorText(llvm::Error error) { return llvm::toString(std::move(error)); }
template <typename T> std::string errorText(llvm::Expected<T> value) {
  return value ? "" : llvm::toString(value.takeError());
}

/// The value; fails the test and gives an empty one where there is an error.
template <typename T> T valueOf(llvm::Expected<T> value) {
  if (value)
    return std::move(*value);
  ADD_FAILURE() << llvm::toString(value.takeError());
  return T();
}

inline std::shared_ptr<llvm::MemoryBuffer> buffer(llvm::StringRef bytes) {
  return llvm::MemoryBuffer::getMemBufferCopy(bytes, "test");
}

} // namespace fovea::test

#define EXPECT_CONTAINS(TEXT, PART)                                                                \
  EXPECT_NE(std::string(TEXT).find(PART), std::string::npos) << (TEXT)

#endif

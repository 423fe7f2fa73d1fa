//===- AtomicFileTest.cpp - Files that are whole or not there -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/AtomicFile.h"
#include "TestFiles.h"
#include <csignal>
#include <sys/resource.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::test;

TEST(AtomicFile, ReplacesTheWholeFile) {
  Folder folder;
  std::string path = folder.write("x", "a long old text");
  EXPECT_EQ(errorText(writeFileAtomically(path, "new")), "");
  EXPECT_EQ(contents(path), "new");
  EXPECT_EQ(folder.files().size(), 1u);
}

TEST(AtomicFile, KeepsPermissions) {
  Folder folder;
  std::string path = folder.write("x", "old");
  ASSERT_FALSE(llvm::sys::fs::setPermissions(path, llvm::sys::fs::perms(0750)));
  EXPECT_EQ(errorText(writeFileAtomically(path, "new")), "");
  EXPECT_EQ(int(*llvm::sys::fs::getPermissions(path)), 0750);
}

TEST(AtomicFile, PercentSignsAreOrdinary) {
  Folder folder;
  ASSERT_FALSE(llvm::sys::fs::create_directory(folder.path("50%")));
  EXPECT_EQ(errorText(writeFileAtomically(folder.path("50%/%x%"), "new")), "");
  EXPECT_EQ(contents(folder.path("50%/%x%")), "new");
}

TEST(AtomicFile, AnErrorLeavesTheOldFile) {
  Folder folder;
  std::string path = folder.write("x", "old");
  auto fail = [](llvm::raw_pwrite_stream &os) {
    os << std::string(100000, 'x');
    return llvm::createStringError("cannot make it");
  };
  EXPECT_EQ(errorText(writeFileAtomically(path, fail)), "cannot make it");
  EXPECT_EQ(contents(path), "old");
  EXPECT_EQ(errorText(writeFileAtomically(folder.path("y"), fail)), "cannot make it");
  EXPECT_EQ(folder.files().size(), 1u);
}

TEST(AtomicFile, AFullDiskLeavesTheOldFile) {
  Folder folder;
  std::string path = folder.write("x", "old");
  auto handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = {4096, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  std::string error = errorText(writeFileAtomically(path, std::string(100000, 'x')));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_CONTAINS(error, "cannot write '");
  EXPECT_CONTAINS(error, "File too large");
  EXPECT_EQ(contents(path), "old");
  EXPECT_EQ(folder.files().size(), 1u);
}

TEST(AtomicFile, UnwritablePlaces) {
  Folder folder;
  EXPECT_CONTAINS(errorText(writeFileAtomically(folder.path("none/x"), "new")),
                  "none/x': No such file or directory");
  EXPECT_CONTAINS(errorText(writeFileAtomically(folder.path(""), "new")), "Is a directory");
  std::string file = folder.write("file", "");
  EXPECT_CONTAINS(errorText(writeFileAtomically(file + "/x", "new")), "cannot write '");
}

TEST(AtomicFile, FollowsSymbolicLinks) {
  Folder folder;
  std::string path = folder.write("target", "old"), link = folder.path("link");
  ASSERT_FALSE(llvm::sys::fs::create_link(path, link));
  EXPECT_EQ(errorText(writeFileAtomically(link, "new")), "");
  EXPECT_EQ(contents(path), "new");
  EXPECT_TRUE(llvm::sys::fs::is_symlink_file(link));
}

TEST(AtomicFile, DevicesAreWrittenDirectly) {
  EXPECT_EQ(errorText(writeFileAtomically("/dev/null", "gone")), "");
  EXPECT_FALSE(llvm::sys::fs::is_regular_file("/dev/null"));
  EXPECT_CONTAINS(errorText(writeFileAtomically("/dev/full", "x")), "No space left on device");
}

//===- Switches.cpp - The ways of compiling a network ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Fuzz/Check.h"
#include "fovea/Pipelines/Pipelines.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;
using namespace fovea::fuzz;
using Way = Switch::Way;

static Switch without(llvm::ArrayRef<std::string> passes, llvm::StringRef name) {
  Switch result;
  result.options = "--disable=" + llvm::join(passes, ",");
  result.name = name.str();
  result.disabled = passes.vec();
  return result;
}

/// Those of the cnn level, which the interpreter can follow.
static std::vector<Switch> rewrites() {
  std::vector<Switch> list = {Switch{"default", ""}};
  std::vector<std::string> all;
  for (llvm::StringRef pass : passesToDisable()) {
    all.push_back(pass.str());
    list.push_back(without({pass.str()}, ("no-" + pass).str()));
  }
  list.push_back(without(all, "no-passes"));
  Switch im2col{"im2col", "--im2col=.*"};
  im2col.im2col = ".*";
  list.push_back(im2col);
  Switch lossy{"lossy-shifts", "--shift-budget=1"};
  lossy.shiftBudget = 1;
  list.push_back(lossy);
  return list;
}

/// The machines below the host's that it can run as well.
static std::vector<std::string> lesserTargets() {
  TargetModel host = TargetModel::host();
  std::vector<std::string> names;
  for (llvm::StringRef name : {"x86-64-v2", "x86-64-v3", "x86-64-v4"})
    if (llvm::Expected<TargetModel> model = TargetModel::byName(name)) {
      if (model->vectorBits < host.vectorBits)
        names.push_back(name.str());
    } else {
      llvm::consumeError(model.takeError());
    }
  return names;
}

std::vector<Switch> fuzz::allSwitches() {
  std::vector<Switch> list = rewrites();
  Switch reparse{"reparse", "", Way::Reparse};
  std::vector<Switch> native = list;
  list.push_back(reparse);
  // Machine code of one network for one thread and for three is the same.
  native.front().threads = {1, 3};
  Switch nchw{"nchw", "--layout=nchw"};
  nchw.layout = "nchw";
  native.push_back(nchw);
  for (const std::string &name : lesserTargets()) {
    native.push_back({name, "--target=" + name});
    native.back().target = name;
  }
  for (Switch &one : native) {
    one.way = Way::Native;
    one.name = one.name == "default" ? "native" : "native-" + one.name;
    list.push_back(one);
  }
  return list;
}

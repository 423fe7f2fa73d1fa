//===- Machines.cpp - The machines that are part of Fovea -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Machine/MachineFile.h"
#include "fovea/Support/Diagnostics.h"
#include "fovea/Support/TextErrors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;

namespace {
struct MachineFile {
  llvm::StringLiteral name, text;
};
} // namespace

static constexpr MachineFile files[] = {
#include "Machines.inc"
};

std::vector<llvm::StringRef> fovea::acceleratorNames() {
  std::vector<llvm::StringRef> names;
  for (const MachineFile &file : files)
    names.push_back(file.name);
  return names;
}

static llvm::Expected<MachineDescription> readMachine(llvm::StringRef path) {
  llvm::Expected<std::string> text = readText(path);
  if (!text)
    return text.takeError();
  return path.ends_with_insensitive(".cfg") ? MachineDescription::parseScalesimConfig(*text, path)
                                            : MachineDescription::parse(*text, path);
}

static llvm::Expected<MachineDescription> findWhole(llvm::StringRef name) {
  for (const MachineFile &file : files)
    if (file.name == name)
      return MachineDescription::parse(file.text, (file.name + ".accel").str());
  if (name.contains('/') || name.contains('.'))
    return readMachine(name);
  std::vector<llvm::StringRef> names = acceleratorNames();
  llvm::StringRef near = nearestName(name, names);
  return llvm::createStringError(
      "unknown machine '" + name + "'; " +
      (near.empty() ? "there are " + llvm::join(names, ", ") + ", or give a file.accel"
                    : "did you mean '" + near.str() + "'?"));
}

llvm::Expected<MachineDescription> MachineDescription::find(llvm::StringRef nameOrPath) {
  // Facts are the parts behind the last colons that have an equals sign.
  llvm::SmallVector<llvm::StringRef> facts;
  llvm::StringRef whole = nameOrPath;
  for (auto [rest, fact] = whole.rsplit(':'); fact.contains('=');
       std::tie(rest, fact) = whole.rsplit(':')) {
    facts.push_back(fact);
    whole = rest;
  }
  llvm::Expected<MachineDescription> description = findWhole(whole);
  for (llvm::StringRef fact : llvm::reverse(facts)) {
    if (!description)
      break;
    auto [key, value] = fact.split('=');
    if (llvm::Error error = description->set(key, value, nameOrPath))
      return error;
    description->name = nameOrPath.str();
  }
  return description;
}

llvm::Expected<Accelerator> fovea::findAccelerator(llvm::StringRef nameOrPath) {
  llvm::Expected<MachineDescription> description = MachineDescription::find(nameOrPath);
  if (!description)
    return description.takeError();
  return description->build();
}

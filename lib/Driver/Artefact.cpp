//===- Artefact.cpp - The files that a program takes along ----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Artefact.h"
#include "CompilerState.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace fovea;

Artefact::Artefact(llvm::ArrayRef<Compiler *> compilers, const ArtefactOptions &options)
    : compilers(compilers.vec()), options(options) {}

std::unique_ptr<Artefact> Artefact::make(llvm::ArrayRef<Compiler *> compilers,
                                         const ArtefactOptions &options) {
  // Before anything else: the workers load while the front end is at work.
  if (!compilers.front()->startWorkers())
    return nullptr;
  for (Compiler *compiler : compilers.drop_front()) {
    compiler->state->service = compilers.front()->state->service;
    compiler->state->times = compilers.front()->state->times;
  }
  std::vector<driver::Variant> list;
  for (Compiler *compiler : compilers) {
    if (!compiler->reach(Phase::Plan) || !compiler->checkWeights())
      return nullptr;
    list.push_back({&compiler->plan(), compiler->targetName()});
  }
  // Before the kernels, which take the time.
  driver::Network network(std::move(list));
  llvm::Error error = driver::checkNetwork(network);
  if (!error && options.shared)
    error = driver::checkShared(network);
  if (error)
    return compilers.front()->fail(std::move(error)), nullptr;
  for (Compiler *compiler : compilers)
    if (!compiler->reach(Phase::Object))
      return nullptr;
  std::unique_ptr<Artefact> artefact(new Artefact(compilers, options));
  if (llvm::Error error = artefact->shareWeights())
    return compilers.front()->fail(std::move(error)), nullptr;
  return artefact;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// Writes down how a value is computed from parameters, so that equal texts mean equal values. An
/// op with regions is equal to itself alone.
static void describe(mlir::Value value, llvm::raw_ostream &os) {
  mlir::Operation *op = value.getDefiningOp();
  if (!op || op->getNumRegions()) {
    os << value.getAsOpaquePointer();
    return;
  }
  os << op->getName() << '#' << mlir::cast<mlir::OpResult>(value).getResultNumber()
     << op->getAttrDictionary() << value.getType() << '(';
  for (mlir::Value operand : op->getOperands())
    describe(operand, os);
  os << ')';
}

/// Of each packed constant: equal keys mean equal bytes.
static std::vector<std::string> keysOf(const BuiltPlan &built) {
  std::vector<std::string> keys;
  for (mlir::Operation *pack : built.packs) {
    std::string text;
    llvm::raw_string_ostream os(text);
    describe(pack->getResult(0), os);
    auto hash = llvm::SHA256::hash(llvm::arrayRefFromStringRef(text));
    keys.emplace_back(hash.begin(), hash.end());
  }
  return keys;
}

llvm::Error Artefact::shareWeights() {
  std::vector<std::vector<std::string>> keys;
  for (Compiler *compiler : compilers) {
    plans.push_back(compiler->plan());
    keys.push_back(keysOf(compiler->state->built));
  }
  std::vector<driver::Variant> list;
  std::vector<plan::Plan *> pointers;
  for (auto [compiler, plan] : llvm::zip(compilers, plans)) {
    list.push_back({&plan, compiler->targetName()});
    pointers.push_back(&plan);
    compilerOf[&plan] = compiler;
  }
  if (plans.size() > 1)
    driver::shareConstants(pointers, keys);
  network.emplace(std::move(list));
  if (!options.name.empty())
    network->prefix = driver::symbolPrefix(options.name);
  return driver::checkNetwork(*network);
}

uint64_t Artefact::weightBytes() const { return plans.front().weightBytes; }

llvm::Error Artefact::pack(unsigned variant, unsigned constant, llvm::MutableArrayRef<char> bytes) {
  return compilerOf[network->variants[variant].plan]->pack(constant, bytes);
}

/// Packs one tensor at a time.
llvm::Error Artefact::writeWeights(llvm::raw_pwrite_stream &os) {
  TimedPart part(*compilers.front()->state->times, "weights");
  if (compilers.front()->state->module)
    return driver::writePackedWeights(
        *network, [&](unsigned v, unsigned i, auto bytes) { return pack(v, i, bytes); }, os);
  auto weights = compilers.front()->readPackedWeights();
  if (!weights)
    return weights.takeError();
  os << (*weights)->getBuffer();
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> Artefact::packWeights() {
  TimedPart part(*compilers.front()->state->times, "weights");
  if (!compilers.front()->state->module)
    return compilers.front()->readPackedWeights();
  return driver::packWeights(*network,
                             [&](unsigned v, unsigned i, auto bytes) { return pack(v, i, bytes); });
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

/// A driver for all variants, and each kernel once.
llvm::Expected<std::vector<driver::ObjectFile>> Artefact::code() const {
  if (compilers.size() == 1 && !network->embedsWeights && options.name.empty())
    return compilers.front()->objects().vec();
  llvm::Expected<driver::ObjectFile> driver = driver::emitDriverObject(*network);
  if (!driver)
    return driver.takeError();
  std::vector<driver::ObjectFile> list = {std::move(*driver)};
  llvm::StringSet<> names;
  for (Compiler *compiler : compilers)
    for (const driver::ObjectFile &kernel : compiler->objects().drop_front())
      if (names.insert(kernel.name).second)
        list.push_back(kernel);
  return list;
}

/// An archive of code, weights where they are embedded, run-time library.
llvm::Expected<std::string> Artefact::packArchive() {
  network->embedsWeights = options.embedWeights && weightBytes();
  llvm::Expected<std::vector<driver::ObjectFile>> list = code();
  if (!list)
    return list.takeError();
  if (network->embedsWeights) {
    auto image = packWeights();
    if (!image)
      return image.takeError();
    auto weights = driver::emitWeightsObject(*network, (*image)->getBuffer());
    if (!weights)
      return weights.takeError();
    list->push_back(std::move(*weights));
  }
  llvm::Expected<driver::ObjectFile> runtime = driver::runtimeObject(network->first().triple);
  if (!runtime)
    return runtime.takeError();
  list->push_back(std::move(*runtime));
  return driver::packArchive(*list);
}

llvm::Expected<std::vector<std::string>> Artefact::tryWrite(llvm::StringRef prefix) {
  std::vector<std::string> paths;
  driver::StagedFiles files;
  auto add = [&](llvm::StringRef ending, llvm::StringRef bytes) {
    paths.push_back((prefix + ending).str());
    return files.add(paths.back(), bytes);
  };
  llvm::Expected<std::string> archive = packArchive();
  if (!archive)
    return archive.takeError();
  if (llvm::Error error = add(".a", *archive))
    return error;
  if (llvm::Error error = add(".h", driver::emitHeader(*network)))
    return error;
  if (options.shared) {
    llvm::StringRef name = llvm::sys::path::filename(prefix);
    auto library = driver::linkShared(*network, *archive, (name + ".so").str());
    if (!library)
      return library.takeError();
    if (llvm::Error error = add(".so", (*library)->getBuffer()))
      return error;
  }
  if (weightBytes() && !options.embedWeights) {
    paths.push_back((prefix + ".weights").str());
    if (llvm::Error error =
            files.add(paths.back(), [&](llvm::raw_pwrite_stream &os) { return writeWeights(os); }))
      return error;
  }
  if (llvm::Error error = files.commit())
    return error;
  return paths;
}

std::vector<std::string> Artefact::write(llvm::StringRef prefix) {
  TimedPart part(*compilers.front()->state->times, "artefact");
  auto paths = tryWrite(prefix);
  if (!paths)
    return compilers.front()->fail(paths.takeError()), std::vector<std::string>();
  return std::move(*paths);
}

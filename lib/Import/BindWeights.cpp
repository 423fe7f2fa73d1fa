//===- BindWeights.cpp - Gives parameters their values --------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Import/BindWeights.h"
#include "dialects/Cnn/IR/CnnOps.h"
#include "fovea/Import/CnnBuilder.h"
#include "fovea/Support/Hash.h"
#include "fovea/Support/Random.h"
#include "fovea/Support/TensorFile.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/GlobPattern.h"

using namespace fovea;
using namespace mlir;

llvm::Expected<WeightSource> fovea::openWeights(llvm::StringRef spec) {
  WeightSource source;
  source.description = spec.str();
  llvm::StringRef seed = spec;
  if (spec == "random") {
    source.seed = 0;
  } else if (seed.consume_front("random:")) {
    uint64_t value;
    if (seed.getAsInteger(10, value))
      return llvm::createStringError("'" + spec +
                                     "': expected random:<seed> with a seed from 0 to 2^64 - 1");
    source.seed = value;
  } else {
    llvm::Expected<NamedTensors> tensors = readTensorFile(spec);
    if (!tensors)
      return tensors.takeError();
    source.tensors = std::move(*tensors);
  }
  return source;
}

/// A resource whose bytes did not come with the IR counts as no value.
static bool hasValue(cnn::ParamOp param) {
  ElementsAttr value = param.getValueAttr();
  auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(value);
  return resource ? resource.getRawHandle().getBlob() != nullptr : value != nullptr;
}

namespace {
struct Binding {
  cnn::ParamOp param;
  Tensor tensor;
  std::string hash;
};

struct Problem {
  Location loc;
  std::string message;
};

/// Collects what fits and what does not before anything is changed.
class Binder {
public:
  Binder(ModuleOp module, const WeightSource &source) : module(module), source(source) {}
  LogicalResult run();

private:
  /// The parameter's values, f32 and of its shape, or what is wrong.
  llvm::Expected<Tensor> find(llvm::StringRef name, RankedTensorType type);
  llvm::Error missing(llvm::StringRef name, RankedTensorType type);
  const NamedTensors::value_type *nearest(llvm::StringRef name,
                                          llvm::ArrayRef<int64_t> shape) const;
  void collect(cnn::ParamOp param);
  LogicalResult report();
  void warnAboutExtras();
  std::vector<llvm::GlobPattern> unusedPatterns() const;

  ModuleOp module;
  const WeightSource &source;
  std::vector<Binding> bindings;
  std::vector<Problem> problems;
  llvm::StringSet<> wanted;
  unsigned guesses = 0;
};
} // namespace

/// The tensor of this shape that no other parameter wants and whose name is nearest, if any is
/// near.
const NamedTensors::value_type *Binder::nearest(llvm::StringRef name,
                                                llvm::ArrayRef<int64_t> shape) const {
  unsigned best = std::max<size_t>(2, name.size() / 3) + 1;
  const NamedTensors::value_type *nearest = nullptr;
  for (const auto &candidate : source.tensors) {
    if (candidate.second.shape() != shape || wanted.contains(candidate.first))
      continue;
    unsigned distance = name.edit_distance(candidate.first, /*AllowReplacements=*/true, best);
    if (distance >= best)
      continue;
    best = distance;
    nearest = &candidate;
  }
  return nearest;
}

llvm::Error Binder::missing(llvm::StringRef name, RankedTensorType type) {
  constexpr unsigned maxGuesses =
      50; // Edit distances take time; a file of other names has none near.
  std::string text =
      "'" + name.str() + "' " + typeName(ElementType::F32, type.getShape()) + " is missing";
  if (guesses++ < maxGuesses)
    if (auto *near = nearest(name, type.getShape()))
      text += "; is it '" + near->first + "'?";
  return llvm::createStringError(text);
}

llvm::Expected<Tensor> Binder::find(llvm::StringRef name, RankedTensorType type) {
  if (!type.getElementType().isF32())
    return llvm::createStringError("'" + name + "' is not of f32, the only type that can be bound");
  if (source.seed)
    return randomParameter(name, type.getShape(), *source.seed);
  auto found = source.tensors.find(name);
  if (found == source.tensors.end())
    return missing(name, type);
  if (found->second.shape() != type.getShape())
    return llvm::createStringError(
        "'" + name + "' is " + typeName(ElementType::F32, type.getShape()) +
        " in the network but " + found->second.typeName() + " in the file");
  return found->second.toF32();
}

void Binder::collect(cnn::ParamOp param) {
  llvm::StringRef name = param.getSymName();
  llvm::Expected<Tensor> tensor = find(name, cast<RankedTensorType>(param.getType()));
  if (!tensor) {
    problems.push_back({param.getLoc(), llvm::toString(tensor.takeError())});
    return;
  }
  std::string hash = hash8(tensor->bytes());
  if (std::optional<llvm::StringRef> expected = param.getHash(); expected && *expected != hash)
    problems.push_back({param.getLoc(), "'" + name.str() + "' has other values (hash " + hash +
                                            ") than when the IR was written (hash " +
                                            expected->str() + ")"});
  bindings.push_back({param, std::move(*tensor), std::move(hash)});
}

LogicalResult Binder::report() {
  if (problems.empty())
    return success();
  InFlightDiagnostic diagnostic = emitError(module.getLoc())
                                  << problems.size() << " of " << wanted.size()
                                  << " parameters cannot be taken from " << source.description;
  for (const Problem &problem : problems)
    diagnostic.attachNote(problem.loc) << problem.message;
  return diagnostic;
}

/// What the network declares unused; patterns that are none, as an edited IR may hold, match
/// nothing.
std::vector<llvm::GlobPattern> Binder::unusedPatterns() const {
  std::vector<llvm::GlobPattern> patterns;
  module->walk([&](func::FuncOp function) {
    auto declared = function->getAttrOfType<ArrayAttr>(unusedAttribute);
    if (!declared)
      return;
    for (Attribute each : declared) {
      auto text = dyn_cast<StringAttr>(each);
      auto pattern = llvm::GlobPattern::create(text ? text.getValue() : "");
      if (pattern)
        patterns.push_back(std::move(*pattern));
      else
        llvm::consumeError(pattern.takeError());
    }
  });
  return patterns;
}

void Binder::warnAboutExtras() {
  constexpr size_t maxNames = 10;
  std::vector<llvm::GlobPattern> unused = unusedPatterns();
  std::vector<llvm::StringRef> extras;
  for (const auto &[name, tensor] : source.tensors) {
    bool isSilent = llvm::StringRef(name).ends_with("num_batches_tracked") ||
                    llvm::any_of(unused, [&name = name](auto &glob) { return glob.match(name); });
    if (!wanted.contains(name) && !isSilent)
      extras.push_back(name);
  }
  if (extras.empty())
    return;
  InFlightDiagnostic diagnostic = emitWarning(module.getLoc())
                                  << source.description << " has " << extras.size()
                                  << (extras.size() == 1 ? " tensor" : " tensors")
                                  << " that no parameter takes: ";
  llvm::interleaveComma(ArrayRef(extras).take_front(maxNames), diagnostic,
                        [&](llvm::StringRef name) { diagnostic << "'" << name << "'"; });
  if (extras.size() > maxNames)
    diagnostic << ", …";
}

/// The blob shares the tensor's memory and keeps it alive.
static ElementsAttr resourceOf(Binding &binding) {
  llvm::ArrayRef<char> bytes = binding.tensor.bytes();
  AsmResourceBlob blob(
      bytes, alignof(float), [keep = binding.tensor](void *, size_t, size_t) {},
      /*dataIsMutable=*/false);
  std::string key = binding.param.getSymName().str() + "@" + binding.hash;
  return DenseResourceElementsAttr::get(cast<ShapedType>(binding.param.getType()), key,
                                        std::move(blob));
}

LogicalResult Binder::run() {
  llvm::SmallVector<cnn::ParamOp> parameters;
  module.walk([&](cnn::ParamOp param) {
    if (hasValue(param))
      return;
    parameters.push_back(param);
    wanted.insert(param.getSymName());
  });
  for (cnn::ParamOp param : parameters)
    collect(param);
  if (failed(report()))
    return failure();
  for (Binding &binding : bindings) {
    binding.param.setValueAttr(resourceOf(binding));
    binding.param.setHash(binding.hash);
  }
  warnAboutExtras();
  return success();
}

LogicalResult fovea::bindWeights(ModuleOp module, const WeightSource &source) {
  return Binder(module, source).run();
}

OwningOpRef<ModuleOp> fovea::elideValues(ModuleOp module) {
  OwningOpRef<ModuleOp> clone = module.clone();
  clone->walk([](cnn::ParamOp param) {
    if (isa_and_nonnull<DenseResourceElementsAttr>(param.getValueAttr()))
      param.removeValueAttr();
  });
  return clone;
}

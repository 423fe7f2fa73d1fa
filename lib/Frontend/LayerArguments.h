//===- LayerArguments.h - From arguments to attributes ----------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_FRONTEND_LAYERARGUMENTS_H
#define FOVEA_LIB_FRONTEND_LAYERARGUMENTS_H

#include "EvaluatorImpl.h"

namespace fovea {

/// Brings the arguments of one layer call into the normal form of LayerCall::attributes.
class LayerArguments {
public:
  LayerArguments(Evaluator &evaluator, const LayerKind &kind, const Call &call, LayerCall &layer)
      : evaluator(evaluator), kind(kind), call(call), layer(layer) {}

  /// `slots` are the arguments for kind.attributes, null where missing. False after an error.
  bool build(llvm::ArrayRef<const CallArgument *> slots);

private:
  using Integers = std::vector<int64_t>;

  bool buildOne(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool integer(const LayerAttribute &attribute, const Value &value, SourceRange where,
               int64_t &result);
  bool pair(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool padding(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool sides(const LayerAttribute &attribute, const Value &value, SourceRange where,
             llvm::StringRef expected);
  bool ends(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool size(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool choice(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool twoIntegers(const LayerAttribute &attribute, const Value &value, SourceRange where,
                   llvm::StringRef expected);
  bool axis(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool parts(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool sizes(const Value &value, const LayerAttribute &attribute, SourceRange where,
             int64_t extent);
  bool shiftKernel(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool offsets(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool spreadOffsets(const Integers &groups, SourceRange where);
  bool bias(const LayerAttribute &attribute, const Value &value, SourceRange where);
  bool literal(llvm::StringRef attribute, const Value &value, SourceRange where);
  Integers samePadding() const;
  const Integers &integersOf(llvm::StringRef attribute) const;
  std::vector<int64_t> inputShape() const;
  bool wrongType(const LayerAttribute &attribute, llvm::StringRef expected, const Value &value,
                 SourceRange where);

  Evaluator &evaluator;
  const LayerKind &kind;
  const Call &call;
  LayerCall &layer;
};

} // namespace fovea

#endif

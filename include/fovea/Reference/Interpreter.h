//===- Interpreter.h - What a network means, computed plainly ---*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The interpreter of the cnn dialect is what every faster way is compared with: one loop nest per
// op, written as the op's formula reads. It accumulates in double and stores float.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_REFERENCE_INTERPRETER_H
#define FOVEA_REFERENCE_INTERPRETER_H

#include "fovea/Support/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <map>

namespace fovea {

/// Called after every op with its results, for ops inside fused regions too.
using TapFn = llvm::function_ref<void(mlir::Operation *op, llvm::ArrayRef<Tensor> results)>;

/// What was computed before, for runs of one network on one set of inputs between passes: an op
/// with the same attributes and the same operands as one of an earlier run is not computed again.
class ValueCache {
public:
  struct Entry {
    uintptr_t number; ///< Equal numbers are equal values.
    llvm::SmallVector<Tensor> results;
  };
  /// Null if it is new; else what was added for that key.
  const Entry *find(llvm::ArrayRef<uintptr_t> key) const;
  const Entry &add(llvm::ArrayRef<uintptr_t> key, llvm::SmallVector<Tensor> results);

private:
  std::map<std::vector<uintptr_t>, Entry> entries;
  uintptr_t nextNumber = 0;
};

/// Runs a verified function of cnn ops. `inputs` have the shapes of its arguments and are converted
/// to f32. An error if their number or a shape differs, a parameter has no value, or an op is not
/// of the cnn dialect or not on f32. A `cache` may be shared by runs of functions of one context on
/// the same inputs.
llvm::Expected<std::vector<Tensor>> interpret(mlir::func::FuncOp function,
                                              llvm::ArrayRef<Tensor> inputs, TapFn tap = nullptr,
                                              ValueCache *cache = nullptr);

/// The value of an expression over parameters alone, evaluated op by op: what packing a weight
/// starts from. An argument of a fused region stands for the region's operand. A parameter that
/// `bindWeights` set is not copied: the tensor is good as long as the context. Failures are
/// reported at the op that cannot be evaluated.
mlir::FailureOr<Tensor> evaluateConstant(mlir::Value value);

/// Whether `evaluateConstant` has only parameters to evaluate (their values may still be missing).
bool isConstantExpression(mlir::Value value);

} // namespace fovea

#endif

//===- Provenance.h - Which line machine code comes from --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_DRIVER_PROVENANCE_H
#define FOVEA_DRIVER_PROVENANCE_H

#include "fovea/Target/Plan/KernelPlan.h"
#include "llvm/ADT/ArrayRef.h"

namespace fovea {

/// A stage of a call's kernel.
struct FuncOrigin {
  std::string func; ///< The Halide Func: "conv0".
  std::string kind, algorithm;
  std::string layer; ///< Whose value it computes; empty for what passes added, such as a border.
};

/// Where a call comes from: its line, its layers, its kernel, the Funcs of that.
struct CallOrigin {
  std::string layers;             ///< "conv1 + relu".
  std::vector<std::string> where; ///< The chain of lines, innermost first.
  std::string kernel;             ///< The symbol; empty for a copy.
  std::vector<FuncOrigin> funcs;

  /// "lenet5.cnn:5:16", or nothing.
  std::string line() const { return where.empty() ? "" : where.front(); }
  /// The first eight digits of the kernel's hash.
  std::string shortKernel() const;
};

CallOrigin originOf(const plan::Plan &plan, const plan::Call &call);
/// {"layers", "where", "kernel", "funcs": [{"func", "kind", "algorithm", "layer"}]}.
llvm::json::Object toJSON(const CallOrigin &origin);

/// The call that computes a layer; a layer of the same name at another line is another one. Null if
/// there is none.
const plan::Call *findCall(const plan::Plan &plan, llvm::StringRef layer, llvm::StringRef where);

/// A comment for each call of the kernel: its layers and line. Safe in C++ whatever names hold.
std::string describeCalls(const plan::Plan &plan, unsigned kernel);

} // namespace fovea

#endif

//===- Provenance.cpp - Which line machine code comes from ----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Driver/Provenance.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;

std::string CallOrigin::shortKernel() const {
  return llvm::StringRef(kernel).rsplit('_').second.take_front(8).str();
}

static std::vector<std::string> layersOf(const plan::Call &call) {
  std::vector<std::string> layers;
  for (llvm::StringRef rest = call.name; !rest.empty();) {
    auto [layer, others] = rest.split(" + ");
    layers.push_back(layer.str());
    rest = others;
  }
  return layers;
}

/// Kernels are shared by calls, so the names of its stages are those of the first call; a call's
/// own layers are its other stages', in order.
static bool hasLayer(const plan::Stage &stage) {
  return stage.kind != "pad" && stage.kind != "copy";
}

CallOrigin fovea::originOf(const plan::Plan &plan, const plan::Call &call) {
  CallOrigin origin{call.name, call.where, "", {}};
  if (call.kind == plan::Call::Kind::Copy)
    return origin;
  const plan::Kernel &kernel = plan.kernels[call.kernel];
  origin.kernel = kernel.symbol;
  std::vector<std::string> layers = layersOf(call);
  size_t next = 0;
  for (auto [index, stage] : llvm::enumerate(kernel.stages)) {
    bool named = hasLayer(stage) && next < layers.size();
    origin.funcs.push_back({stage.kind + std::to_string(index), stage.kind, stage.algorithm,
                            named ? layers[next++] : ""});
  }
  return origin;
}

llvm::json::Object fovea::toJSON(const CallOrigin &origin) {
  llvm::json::Array funcs;
  for (const FuncOrigin &func : origin.funcs)
    funcs.push_back(llvm::json::Object{{"func", func.func},
                                       {"kind", func.kind},
                                       {"algorithm", func.algorithm},
                                       {"layer", func.layer}});
  return llvm::json::Object{{"layers", origin.layers},
                            {"where", llvm::json::Array(origin.where)},
                            {"kernel", origin.kernel},
                            {"funcs", std::move(funcs)}};
}

const plan::Call *fovea::findCall(const plan::Plan &plan, llvm::StringRef layer,
                                  llvm::StringRef where) {
  const plan::Call *found = nullptr;
  for (const plan::Call &call : plan.calls) {
    if (!llvm::is_contained(layersOf(call), layer))
      continue;
    if (call.where.empty() || call.where.front() == where)
      return &call;
    if (!found)
      found = &call;
  }
  return found;
}

std::string fovea::describeCalls(const plan::Plan &plan, unsigned kernel) {
  std::string text;
  for (const plan::Call &call : plan.calls) {
    if (call.kind == plan::Call::Kind::Copy || call.kernel != kernel)
      continue;
    text += call.name;
    for (const std::string &where : call.where)
      text += (&where == &call.where.front() ? " at " : ", called at ") + where;
    text += '\n';
  }
  // A name comes from a file and must not end the comment.
  std::string comment;
  for (llvm::StringRef line : llvm::split(llvm::StringRef(text).drop_back(!text.empty()), '\n')) {
    comment += "// ";
    for (unsigned char c : line)
      comment += c < ' ' || c == '\\' ? '?' : char(c);
    comment += '\n';
  }
  return comment;
}

//===- EvaluateLayer.cpp - Layers that are called -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "EvaluatorImpl.h"
#include "LayerArguments.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using namespace fovea::ast;

/// `concat(a, b)` lacks the brackets of a list.
static void bracketTensors(const Call &call, Diagnostic &diagnostic) {
  auto isTensor = [](const CallArgument &argument) {
    return argument.syntax && argument.name.empty() && argument.value.get<TensorValue>();
  };
  auto end = llvm::find_if_not(call.arguments, isTensor);
  if (end == call.arguments.begin())
    return;
  SourceRange first = call.arguments.front().range, last = std::prev(end)->range;
  diagnostic.fix({first.file, first.begin, first.begin}, "[")
      .fix({last.file, last.end, last.end}, "]");
}

/// Reads one operand of a layer, or all of them where it takes a list.
bool Evaluator::collectOperands(const LayerKind &kind, const Call &call,
                                const CallArgument &argument,
                                std::vector<const CallArgument *> &operands, LayerCall &layer) {
  auto *elements = kind.takesList ? argument.value.elements() : nullptr;
  std::vector<Value> single = {argument.value};
  for (const Value &value : elements ? *elements : single) {
    auto *tensor = value.get<TensorValue>();
    if (!tensor || (kind.takesList && !elements)) {
      fail("E0405", argument.range,
           kind.name +
               (kind.takesList ? " takes a list of tensors, got " : " takes a tensor, got ") +
               typeName(value) + " " + render(value, builder),
           [&](Diagnostic &diagnostic) {
             if (tensor)
               bracketTensors(call, diagnostic);
           });
      return false;
    }
    layer.inputs.push_back(tensor->id);
    operands.push_back(&argument);
  }
  if (!layer.inputs.empty())
    return step(argument.range, layer.inputs.size());
  fail("E0405", argument.range, kind.name + " takes at least one tensor");
  return false;
}

Value Evaluator::applyLayer(const LayerKind &kind, Call &call) {
  llvm::SmallVector<llvm::StringRef> names(kind.operands.begin(), kind.operands.end());
  for (const LayerAttribute &attribute : kind.attributes)
    names.push_back(attribute.name);
  std::vector<const CallArgument *> slots, operands;
  if (!bindArguments(call, names, kind.name, {}, slots))
    return {};
  size_t tensors = kind.operands.size();
  for (auto [i, name] : llvm::enumerate(names))
    if (!slots[i] && (i < tensors || kind.attributes[i - tensors].isRequired()))
      return fail("E0401", call.callee, kind.name + " needs a value for '" + name + "'");
  LayerCall layer;
  layer.layer = kind.name.str();
  for (size_t i = 0; i < tensors; ++i)
    if (!collectOperands(kind, call, *slots[i], operands, layer))
      return {};
  LayerArguments arguments(*this, kind, call, layer);
  if (!arguments.build(llvm::ArrayRef(slots).drop_front(tensors)))
    return {};
  if (!checkWeightSize(layer, call))
    return {};
  std::optional<std::string> name = nameLayer(kind, call);
  if (!name)
    return {};
  layer.name = *name;
  layer.weights = call.shared ? call.shared->weights
                              : frame->scope.weights + name->substr(frame->scope.names.size());
  for (auto &[hint, value] : joinHints(call.hints, frame->hints))
    if (hintApplies(hint, kind.name))
      layer.hints.insert({hint, value});
  layer.callSites.push_back(position(call.where));
  for (Frame *running = frame; running && running->call; running = running->caller)
    layer.callSites.push_back(position(running->call->where));
  return addLayer(layer, call, operands);
}

Value Evaluator::addLayer(const LayerCall &layer, const Call &call,
                          llvm::ArrayRef<const CallArgument *> operands) {
  if (producers.size() >= limits.layers) { // The pieces of a split count.
    fail("E0604", call.callee, "a network has at most " + llvm::Twine(limits.layers) + " layers");
    stopped = true;
    return {};
  }
  LayerResult result = builder.addLayer(layer);
  if (auto *error = std::get_if<LayerError>(&result))
    return reportLayerError(call, *error, operands);
  auto &ids = std::get<std::vector<TensorId>>(result);
  std::vector<Value> values;
  for (TensorId id : ids) {
    int64_t count = 1;
    for (int64_t extent : builder.shapeOf(id))
      if (llvm::MulOverflow(count, extent, count) || count > maxTensorElements)
        return fail("E0212", call.callee,
                    "the result " + builder.typeOf(id) + " has more than " +
                        llvm::Twine(maxTensorElements) + " elements");
    producers[id] = layers.size();
    values.push_back(TensorValue{id});
  }
  layers.push_back({layer.name, layer.inputs, ids, call.where});
  bool isOne = values.size() == 1 && layer.layer != "split";
  return isOne ? values.front() : makeTuple(std::move(values));
}

/// The size of a weight is known before the builder makes it.
bool Evaluator::checkWeightSize(const LayerCall &layer, const Call &call) {
  std::vector<int64_t> shape = builder.shapeOf(layer.inputs.front());
  std::vector<int64_t> factors;
  if (layer.layer == "linear") {
    factors = {std::get<int64_t>(layer.attributes.at("features")), shape.back()};
  } else if (layer.layer == "conv" && shape.size() > 1) {
    auto &kernel = std::get<std::vector<int64_t>>(layer.attributes.at("kernel"));
    int64_t groups = std::get<int64_t>(layer.attributes.at("groups"));
    factors = {std::get<int64_t>(layer.attributes.at("channels")),
               std::max<int64_t>(shape[1] / groups, 1), kernel[0], kernel[1]};
  }
  if (layer.layer == "conv_transpose" && shape.size() > 1) {
    auto &kernel = std::get<std::vector<int64_t>>(layer.attributes.at("kernel"));
    factors = {shape[1], std::get<int64_t>(layer.attributes.at("channels")), kernel[0], kernel[1]};
  }
  int64_t count = 1;
  for (int64_t factor : factors)
    if (llvm::MulOverflow(count, factor, count) || count > maxTensorElements) {
      fail("E0212", call.callee,
           "the weight of this " + layer.layer + " has more than " +
               llvm::Twine(maxTensorElements) + " elements");
      return false;
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// A labelled layer is called by its label, another by its kind and a number within its scope.
std::optional<std::string> Evaluator::nameLayer(const LayerKind &kind, const Call &call) {
  SourceRange where = call.label ? call.labelRange : call.where;
  const std::string &prefix = frame->scope.names;
  std::string name = prefix + call.label.value_or("");
  if (!call.label) {
    unsigned &number = nextNumber[prefix + kind.name.str()];
    do {
      name = prefix + kind.name.str() + (number ? "_" + std::to_string(number) : "");
      ++number;
    } while (layerNames.count(name));
  }
  auto [entry, added] = layerNames.insert({name, where});
  if (added)
    return name;
  reportTwice(call, name, entry->second);
  return std::nullopt;
}

/// Two layers of one name: shows both and proposes the label that would tell them apart.
void Evaluator::reportTwice(const Call &call, const std::string &name, SourceRange earlier) {
  SourceRange label = call.labelRange;
  fail("E0304", label, "two layers are named '" + name + "'", [&](Diagnostic &diagnostic) {
    if (!(earlier == label)) {
      std::string free;
      for (unsigned number = 2; free.empty() || layerNames.count(frame->scope.names + free);
           ++number)
        free = *call.label + "_" + std::to_string(number);
      diagnostic.note(earlier, "the other one is named here").fix(label, "\"" + free + "\"");
    } else if (!frame->loopVariable.empty()) {
      diagnostic.note(earlier, "the loop names it each time it runs")
          .fix(label, "\"" + *call.label + ".{" + frame->loopVariable + "}\"");
    } else if (frame->call && !frame->call->label) {
      SourceRange callSite = frame->call->callee;
      diagnostic.note(earlier, "each call of " + frame->definition->name.text + " names it")
          .fix({callSite.file, callSite.begin, callSite.begin},
               llvm::StringRef(frame->definition->name.text).lower() + "_2: ");
    } else {
      diagnostic.note(earlier, "the code around it runs more than once under one label");
    }
  });
}

//===----------------------------------------------------------------------===//
// Errors of the builder
//===----------------------------------------------------------------------===//

Value Evaluator::reportLayerError(const Call &call, const LayerError &error,
                                  llvm::ArrayRef<const CallArgument *> operands) {
  return fail(error.code, call.callee, error.message, [&](Diagnostic &diagnostic) {
    for (unsigned index : error.operands) {
      if (index >= operands.size())
        continue;
      const CallArgument &operand = *operands[index];
      diagnostic.underline(operand.range);
      auto *name = llvm::dyn_cast_or_null<NameExpr>(operand.syntax);
      auto local = name ? frame->locals.find(name->name) : frame->locals.end();
      if (local != frame->locals.end())
        diagnostic.note(local->second.origin, name->name + " gets its shape here");
      else
        diagnostic.note(operand.range, "this operand gets its shape here");
    }
  });
}

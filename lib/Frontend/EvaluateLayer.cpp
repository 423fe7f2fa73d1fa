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
  if (!nameLayer(kind, call, layer))
    return {};
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
    return reportLayerError(layer, call, *error, operands);
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
// Errors of the builder
//===----------------------------------------------------------------------===//

/// Says where an operand was made: the value of a name, or one tensor of a list.
void Evaluator::explainOperand(Diagnostic &diagnostic, const Expr &syntax, TensorId tensor) {
  auto *name = llvm::dyn_cast<NameExpr>(&syntax);
  auto local = name ? frame->locals.find(name->name) : frame->locals.end();
  if (local != frame->locals.end() && local->second.value.get<TensorValue>()) {
    diagnostic.note(local->second.origin, name->name + " gets its shape here");
    return;
  }
  auto producer = producers.find(tensor);
  if (producer != producers.end())
    diagnostic.note(layers[producer->second].where,
                    "'" + layers[producer->second].name + "' gives " + builder.typeOf(tensor));
  for (auto &[input, place] : inputs)
    if (place.first == tensor)
      diagnostic.note(place.second, "input '" + input + "' is " + builder.typeOf(tensor));
}

Value Evaluator::reportLayerError(const LayerCall &layer, const Call &call, const LayerError &error,
                                  llvm::ArrayRef<const CallArgument *> operands) {
  return fail(error.code, call.callee, error.message, [&](Diagnostic &diagnostic) {
    for (unsigned index : error.operands) {
      if (index >= operands.size())
        continue;
      const CallArgument &operand = *operands[index];
      auto *list = llvm::dyn_cast_or_null<ListExpr>(operand.syntax);
      const Expr *syntax = list ? list->elements[index].get() : operand.syntax;
      diagnostic.underline(list ? syntax->range : operand.range);
      if (syntax)
        explainOperand(diagnostic, *syntax, layer.inputs[index]);
      else
        diagnostic.note(operand.range, "this operand gets its shape here");
    }
  });
}

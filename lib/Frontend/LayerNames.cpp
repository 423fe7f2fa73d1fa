//===- LayerNames.cpp - Names of layers and of their weights --------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "CheckProgram.h"
#include "EvaluatorImpl.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;
using namespace fovea::ast;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// Where the name of a layer, or that of its instance, stands in the program.
static SourceRange placeOfName(const Call &call) {
  return call.label ? call.labelRange : call.where;
}

/// A labelled layer is called by its label, another by its kind and a number within its scope.
bool Evaluator::nameLayer(const LayerKind &kind, const Call &call, LayerCall &layer) {
  layer.name = call.label ? frame->scope.names + *call.label : numberLayer(kind);
  layer.weights = weightsOf(call, layer.name);
  SourceRange where = placeOfName(call);
  auto [entry, added] = layerNames.insert({layer.name, where});
  if (added)
    return !kind.hasWeights || ownWeights(layer.weights, call);
  fail("E0304", where, "two layers are named '" + layer.name + "'",
       [&, earlier = entry->second](Diagnostic &diagnostic) {
         proposeLabel(diagnostic, call, earlier);
       });
  return false;
}

std::string Evaluator::weightsOf(const Call &call, llvm::StringRef name) const {
  return call.shared ? call.shared->weights
                     : frame->scope.weights + name.substr(frame->scope.names.size()).str();
}

std::string Evaluator::numberLayer(const LayerKind &kind) {
  const std::string &prefix = frame->scope.names;
  unsigned &number = nextNumber[prefix + kind.name.str()];
  while (true) {
    std::string name = prefix + kind.name.str() + (number ? "_" + std::to_string(number) : "");
    ++number;
    bool isOwned = kind.hasWeights && frame->scope.space->owners.count(weightsOf({}, name));
    if (!layerNames.count(name) && !isOwned)
      return name;
  }
}

/// Whether a layer bears the name, or has it before a dot.
bool Evaluator::isTaken(const std::string &name) const {
  auto inner = layerNames.lower_bound(name + ".");
  return layerNames.count(name) ||
         (inner != layerNames.end() && llvm::StringRef(inner->first).starts_with(name + "."));
}

/// Within a network, and within one call of a shared block, each weight has one owner: a layer or
/// an instance, which may be called again.
bool Evaluator::ownWeights(const std::string &weights, const Call &call) {
  WeightSpace::Owner owner{0, placeOfName(call)};
  const WeightSpace *inner = nullptr;
  auto *space = call.shared ? call.shared->space.get() : frame->scope.space.get();
  if (call.shared)
    owner = {call.shared->number, call.shared->where};
  for (; space; inner = space, space = space->outer.get()) {
    if (inner)
      owner = {inner->instance, inner->where};
    auto [entry, added] = space->owners.insert({weights, owner});
    if (added || (owner.instance && owner.instance == entry->second.instance))
      continue;
    fail("E0304", owner.where, "two layers have weights named '" + weights + "'",
         [&, earlier = entry->second.where](Diagnostic &diagnostic) {
           proposeLabel(diagnostic, call, earlier);
         });
    return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// The label that would tell two layers apart
//===----------------------------------------------------------------------===//

std::string Evaluator::freeLabel(const Scope &scope, const std::string &label) const {
  for (unsigned number = 2;; ++number) {
    std::string free = label + "_" + std::to_string(number);
    if (!isTaken(scope.names + free) && !scope.space->owners.count(scope.weights + free))
      return free;
  }
}

/// As it is written, without quotes.
std::string Evaluator::labelText(const Call &call) const {
  return sources.text(call.labelRange).trim('"').str();
}

/// The values as parts of labels, if these differ.
static bool tellApart(llvm::ArrayRef<const Value *> values, const LayerBuilder &builder) {
  std::set<std::string> texts;
  return llvm::all_of(values, [&](const Value *value) {
    if (!value)
      return false;
    auto *string = value->get<std::string>();
    std::string text = string ? *string : value->get<int64_t>() ? render(*value, builder) : "";
    return isLabel(text) && texts.insert(text).second;
  });
}

/// The element of a list, or null.
static const Value *elementAt(const Value &value, size_t index) {
  auto *elements = value.elements();
  return elements && index < elements->size() ? &(*elements)[index] : nullptr;
}

/// The field of a record, or null.
static const Value *findField(const Value &value, llvm::StringRef name) {
  if (auto *record = value.get<RecordValue>())
    for (auto &[field, its] : *record->fields)
      if (field == name)
        return &its;
  return nullptr;
}

/// What may differ each time a loop over a list runs, with its values: the variable, one of them,
/// or a field of it.
static std::vector<std::pair<std::string, std::vector<const Value *>>>
loopColumns(const ForStmt &loop, const std::vector<Value> &elements) {
  std::vector<std::pair<std::string, std::vector<const Value *>>> columns;
  const std::string &variable = loop.targets.front().text;
  auto *record = elements.front().get<RecordValue>();
  if (loop.destructures)
    for (auto [i, target] : llvm::enumerate(loop.targets)) {
      auto &column = columns.emplace_back(target.text, std::vector<const Value *>()).second;
      for (const Value &element : elements)
        column.push_back(elementAt(element, i));
    }
  else if (record)
    for (auto &[name, value] : *record->fields) {
      auto &column =
          columns.emplace_back(variable + "." + name, std::vector<const Value *>()).second;
      for (const Value &element : elements)
        column.push_back(findField(element, name));
    }
  else {
    auto pointers = llvm::make_pointer_range(elements);
    columns.push_back({variable, {pointers.begin(), pointers.end()}});
  }
  return columns;
}

/// What differs each time a loop runs; empty if nothing does or the label holds it already.
std::string Evaluator::loopElement(const Loop &loop, const Expr *label) const {
  std::vector<std::string> different;
  if (auto *elements = loop.values.elements()) {
    for (auto &[text, values] : loopColumns(loop.statement, *elements))
      if (tellApart(values, builder))
        different.push_back(text);
  } else {
    different.push_back(loop.statement.targets.front().text);
  }
  bool isHeld = false;
  walk(label, [&](const Expr &part) {
    isHeld |= &part != label && llvm::is_contained(different, sources.text(part.range));
  });
  return different.empty() || isHeld ? "" : different.front();
}

/// ".{i}.{j}": what the label lacks to differ each time the loops run.
std::string Evaluator::loopSuffix(const Frame &running, const Expr *label) const {
  std::string suffix;
  for (const Loop &loop : running.loops)
    if (std::string element = loopElement(loop, label); !element.empty())
      suffix += ".{" + element + "}";
  return suffix;
}

/// Shows the place that `earlier` named and proposes the label that would tell the two apart: its
/// own or, where one place names both, that of a call around it.
void Evaluator::proposeLabel(Diagnostic &diagnostic, const Call &call, SourceRange earlier) {
  bool isInstance = call.shared && diagnostic.where == call.shared->where;
  if (!(earlier == diagnostic.where)) {
    diagnostic.note(earlier, "the other one is named here");
    if (call.labelSyntax && !isInstance)
      diagnostic.fix(call.labelRange, "\"" + freeLabel(frame->scope, labelText(call)) + "\"");
    return;
  }
  if (isInstance && !frame->loops.empty()) {
    diagnostic.note(earlier,
                    "the loop makes it each time it runs; made before the loop, it is one");
    return;
  }
  const Frame *called = nullptr;
  const Call *at = &call;
  for (const Frame *running = frame; at; called = running, running = running->caller) {
    std::string suffix = loopSuffix(*running, at->labelSyntax);
    if (at->labelSyntax && !suffix.empty() && (called || !isInstance)) {
      diagnostic.note(earlier, "the loop names it each time it runs")
          .fix(at->labelRange, "\"" + labelText(*at) + suffix + "\"");
      return;
    }
    if (called && !at->label) {
      std::string label = llvm::StringRef(called->definition->name.text).lower();
      label = suffix.empty() ? freeLabel(running->scope, label) : "\"" + label + suffix + "\"";
      diagnostic.note(earlier, "each call of " + called->definition->name.text + " names it")
          .fix({at->callee.file, at->callee.begin, at->callee.begin}, label + ": ");
      return;
    }
    at = running->call;
  }
  diagnostic.note(earlier, "the code around it runs more than once under one label");
}

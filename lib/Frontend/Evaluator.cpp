//===- Evaluator.cpp - A network as a whole, errors and bounds ------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "EvaluatorImpl.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;
using namespace fovea::ast;

//===----------------------------------------------------------------------===//
// Errors and bounds
//===----------------------------------------------------------------------===//

SourcePosition Evaluator::position(SourceRange range) const {
  LineColumn place = sources.lineColumn(range);
  return {sources.name(range.file).str(), place.line, place.column};
}

void Evaluator::explainValue(Diagnostic &diagnostic, const Value &value, const Expr *syntax) {
  auto *division = llvm::dyn_cast_or_null<BinaryExpr>(syntax);
  if (division && division->op == Operator::Div && value.get<double>()) {
    diagnostic.message += "; '//' divides integers";
    diagnostic.fix(division->opRange, "//");
  }
  auto *name = llvm::dyn_cast_or_null<NameExpr>(syntax);
  auto local = name ? frame->locals.find(name->name) : frame->locals.end();
  if (local != frame->locals.end())
    diagnostic.note(local->second.origin, name->name + " gets its value here");
}

std::string Evaluator::describeCall(const Frame &running) {
  std::string text;
  if (running.call->label)
    text = "\"" + *running.call->label + "\": ";
  text += running.definition->name.text + "(";
  llvm::ListSeparator comma;
  for (const CallArgument &argument : running.call->arguments) {
    if (argument.value.get<TensorValue>())
      continue;
    text += llvm::StringRef(comma).str();
    if (!argument.name.empty())
      text += argument.name + " = ";
    text += render(argument.value, builder, 40);
    if (text.size() > 100)
      return text + ", …)";
  }
  return text + ")";
}

/// Says which calls led to the place of an error, innermost first.
void Evaluator::addCallChain(Diagnostic &diagnostic) {
  constexpr unsigned shown = 8;
  unsigned count = 0;
  for (Frame *running = frame; running && running->call; running = running->caller)
    if (++count <= shown)
      diagnostic.note(running->call->where, "in " + describeCall(*running));
  if (count > shown)
    diagnostic.note({}, "and " + llvm::Twine(count - shown) + " calls around it");
}

Value Evaluator::fail(llvm::StringRef code, SourceRange where, const llvm::Twine &message,
                      llvm::function_ref<void(Diagnostic &)> explain) {
  constexpr uint64_t failureSteps = 100; // So that a failing loop ends soon.
  steps += failureSteps;
  Diagnostic &diagnostic = diagnostics.error(code, where, message);
  if (!diagnostics.isDropped(diagnostic)) {
    if (explain)
      explain(diagnostic);
    addCallChain(diagnostic);
  }
  stopped |= diagnostics.tooManyErrors();
  return {};
}

bool Evaluator::step(SourceRange where, uint64_t count) {
  if (stopped)
    return false;
  steps += count;
  if (steps <= limits.steps)
    return true;
  fail("E0602", where,
       "evaluating the network takes more than " + llvm::Twine(limits.steps) + " steps");
  stopped = true;
  return false;
}

//===----------------------------------------------------------------------===//
// The network
//===----------------------------------------------------------------------===//

void Evaluator::bindChosenArguments(const ChosenNetwork &chosen, Frame &root) {
  for (const Parameter &parameter : chosen.network->parameters) {
    auto given = chosen.arguments.find(parameter.name.text);
    bool isGiven = given != chosen.arguments.end();
    const Expr &expr = isGiven ? *given->second.value : *parameter.defaultValue;
    SourceRange where = isGiven ? given->second.where : parameter.defaultValue->range;
    // A given expression sees the names of the file it stands in, and no parameters.
    Definition outside;
    outside.range = where;
    outside.range.file = isGiven ? given->second.file : where.file;
    Frame outer;
    outer.definition = &outside;
    frame = isGiven ? &outer : &root;
    Value value = evaluate(expr);
    if (!value.isPoison() && !checkParameter(parameter, value, where, &expr))
      value = {};
    frame = &root;
    root.locals[parameter.name.text] = {std::move(value), where};
  }
}

void Evaluator::run(const ChosenNetwork &chosen) {
  Frame root;
  root.definition = chosen.network;
  frame = &root;
  builder.beginNetwork(chosen.name, position(chosen.network->name.range));
  bindChosenArguments(chosen, root);
  execute(chosen.network->body);
  if (!diagnostics.hasErrors())
    finishNetwork(chosen);
  frame = nullptr;
}

void Evaluator::finishNetwork(const ChosenNetwork &chosen) {
  SourceRange where = chosen.network->name.range;
  if (inputs.empty())
    fail("E0609", where, "network " + chosen.name + " has no input");
  if (outputs.empty())
    fail("E0609", where, "network " + chosen.name + " has no output");
  checkUnused();
  if (diagnostics.hasErrors())
    return;
  warnUnreachable();
  checkLabels();
}

std::vector<bool> Evaluator::reachedLayers() const {
  std::vector<bool> reached(layers.size());
  std::vector<TensorId> open;
  for (auto &[name, output] : outputs)
    open.push_back(output.first);
  while (!open.empty()) {
    auto producer = producers.find(open.back());
    open.pop_back();
    if (producer == producers.end() || reached[producer->second])
      continue;
    reached[producer->second] = true;
    llvm::append_range(open, layers[producer->second].inputs);
  }
  return reached;
}

/// Warns of layers whose result goes nowhere, not of those that feed only such layers. Who calls a
/// network need not take all that it offers.
void Evaluator::warnUnreachable() {
  std::vector<bool> reached = reachedLayers();
  std::map<TensorId, bool> read;
  for (auto [layer, isReached] : llvm::zip(layers, reached))
    for (TensorId input : layer.inputs)
      read[input] |= isReached;
  for (auto [layer, isReached] : llvm::zip(layers, reached)) {
    bool isLast = llvm::none_of(layer.results,
                                [&](TensorId id) { return read.count(id) || offered.count(id); });
    if (!isReached && isLast)
      diagnostics.warning("W0003", layer.where,
                          "the result of '" + layer.name + "' reaches no output");
  }
  for (auto &[name, output] : outputs)
    read[output.first] = true;
  for (auto &[name, input] : inputs)
    if (!read[input.first])
      diagnostics.warning("W0004", input.second, "input '" + name + "' reaches no output");
}

bool fovea::evaluate(const Program &program, const EvaluateOptions &options, SourceManager &sources,
                     LayerBuilder &builder, DiagnosticEngine &diagnostics) {
  if (diagnostics.hasErrors())
    return false;
  std::optional<ChosenNetwork> chosen = chooseNetwork(program, options, sources, diagnostics);
  if (!chosen)
    return false;
  Evaluator(program, options, sources, builder, diagnostics).run(*chosen);
  return !diagnostics.hasErrors();
}

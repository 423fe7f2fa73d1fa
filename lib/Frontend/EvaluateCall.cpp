//===- EvaluateCall.cpp - Blocks, functions and networks that are called --===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "EvaluatorImpl.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;
using namespace fovea::ast;

//===----------------------------------------------------------------------===//
// Callee, label and arguments
//===----------------------------------------------------------------------===//

Value Evaluator::evaluateCall(const CallExpr &expr, std::optional<CallArgument> piped) {
  Value callee = evaluateCallee(*expr.callee);
  Call call{expr.range, expr.callee->range, {}, {}, {}};
  bool poisoned = piped && piped->value.isPoison();
  if (piped)
    call.arguments.push_back(std::move(*piped));
  bool good = evaluateHints(expr, call);
  good &= evaluateLabel(expr, call);
  good &= evaluateArguments(expr, call);
  if (!good || poisoned || callee.isPoison() || stopped)
    return {};
  if (auto *callable = callee.get<Callable>()) {
    warnIdleHints(expr, *callable);
    return apply(*callable, call);
  }
  return fail("E0306", expr.callee->range,
              "a value of type " + typeName(callee) + " cannot be called");
}

/// In a call a name means something callable: a local value of that name that is none does not hide
/// it.
Value Evaluator::evaluateCallee(const Expr &callee) {
  auto *name = llvm::dyn_cast<NameExpr>(&callee);
  if (!name)
    return evaluate(callee);
  auto local = frame->locals.find(name->name);
  bool isLocal = local != frame->locals.end();
  if (isLocal && (local->second.value.get<Callable>() || local->second.value.isPoison()))
    return local->second.value;
  if (const Definition *definition = program.lookup(frame->definition->range.file, name->name))
    return Callable{definition};
  if (const LayerKind *layer = findLayerKind(name->name))
    return Callable{layer};
  if (const Builtin *builtin = findBuiltin(name->name))
    return Callable{builtin};
  return evaluateName(*name);
}

bool Evaluator::evaluateArguments(const CallExpr &expr, Call &call) {
  bool good = true;
  for (const Argument &argument : expr.arguments) {
    Value value = evaluate(*argument.value);
    good &= !value.isPoison();
    call.arguments.push_back({argument.name.text, argument.name.range, std::move(value),
                              argument.value->range, argument.value.get()});
  }
  return good;
}

bool fovea::isLabel(llvm::StringRef text) {
  constexpr size_t maxLabel = 255;
  llvm::SmallVector<llvm::StringRef> parts;
  text.split(parts, '.');
  return text.size() <= maxLabel && llvm::all_of(parts, [](llvm::StringRef part) {
           return !part.empty() && llvm::all_of(part, [](char c) {
             return llvm::isAlnum(c) || c == '_' || c == '-';
           });
         });
}

/// The text with '_' for what a label does not hold.
static std::string asLabel(llvm::StringRef text) {
  std::string label = text.str();
  for (char &c : label)
    if (!llvm::isAlnum(c) && c != '-' && c != '.')
      c = '_';
  return label;
}

bool Evaluator::evaluateLabel(const CallExpr &expr, Call &call) {
  if (!expr.label)
    return true;
  Value value = evaluate(*expr.label);
  auto *text = value.get<std::string>();
  if (!text)
    return false;
  call.labelRange = expr.label->range;
  call.labelSyntax = expr.label.get();
  if (isLabel(*text)) {
    call.label = *text;
    return true;
  }
  fail("E0305", expr.label->range,
       "\"" + llvm::StringRef(*text).take_front(80) +
           "\" is no label: it holds letters, digits, '_' and '-', in parts with dots between "
           "them, 255 characters at most",
       [&](Diagnostic &diagnostic) {
         std::string mended = asLabel(*text);
         bool isPlain = llvm::cast<StringExpr>(*expr.label).values.empty();
         if (isPlain && isLabel(mended))
           diagnostic.fix(expr.label->range, "\"" + mended + "\"");
       });
  return false;
}

//===----------------------------------------------------------------------===//
// Hints
//===----------------------------------------------------------------------===//

bool Evaluator::evaluateHint(const Hint &hint, Call &call) {
  const HintKind *kind = findHintKind(hint.name.text);
  if (!kind) {
    std::vector<llvm::StringRef> known;
    for (const HintKind &each : allHintKinds())
      known.push_back(each.name);
    fail("E0309", hint.name.range,
         "unknown hint '" + hint.name.text + "'; hints are " + llvm::join(known, ", "),
         [&](Diagnostic &diagnostic) {
           diagnostic.suggest(hint.name.range, nearestName(hint.name.text, known));
         });
    return false;
  }
  Value value = evaluate(*hint.value);
  auto *text = value.get<std::string>();
  if (value.isPoison())
    return false;
  if (!text || !llvm::is_contained(kind->values, *text)) {
    fail("E0310", hint.value->range,
         "the hint '" + kind->name + "' is one of " + llvm::join(kind->values, ", ") + ", not " +
             render(value, builder),
         [&](Diagnostic &diagnostic) {
           bool isPlain = llvm::isa<StringExpr>(*hint.value);
           llvm::StringRef near = text && isPlain ? nearestName(*text, kind->values) : "";
           diagnostic.suggest(hint.value->range, near.empty() ? "" : ("\"" + near + "\"").str());
         });
    return false;
  }
  if (call.hints.insert({hint.name.text, *text}).second)
    return true;
  fail("E0404", hint.name.range, "the hint '" + kind->name + "' is given twice to one call");
  return false;
}

bool Evaluator::evaluateHints(const CallExpr &expr, Call &call) {
  bool good = true;
  for (const Hint &hint : expr.hints)
    good &= evaluateHint(hint, call);
  return good;
}

/// A hint on a block may reach layers that have no use for it; on such a layer itself it is idle.
void Evaluator::warnIdleHints(const CallExpr &expr, const Callable &callee) {
  const Callable *target = &callee;
  while (auto *shared = std::get_if<std::shared_ptr<const SharedInstance>>(&target->target))
    target = &(*shared)->callee;
  llvm::StringRef name;
  if (auto *layer = std::get_if<const LayerKind *>(&target->target))
    name = (*layer)->name;
  else if (auto *builtin = std::get_if<const Builtin *>(&target->target))
    name = (*builtin)->name;
  else
    return;
  for (const Hint &hint : expr.hints)
    if (!hintApplies(hint.name.text, name))
      diagnostics.warning("W0005", hint.range,
                          "the hint '" + hint.name.text + "' means nothing for " + name);
}

Value Evaluator::apply(const Callable &callee, Call &call) {
  if (auto *layer = std::get_if<const LayerKind *>(&callee.target))
    return applyLayer(**layer, call);
  if (auto *definition = std::get_if<const Definition *>(&callee.target))
    return applyDefinition(**definition, call);
  if (auto *builtin = std::get_if<const Builtin *>(&callee.target))
    return applyBuiltin(**builtin, call);
  return applyShared(*std::get<std::shared_ptr<const SharedInstance>>(callee.target), call);
}

//===----------------------------------------------------------------------===//
// Binding
//===----------------------------------------------------------------------===//

bool Evaluator::bindArguments(const Call &call, llvm::ArrayRef<llvm::StringRef> names,
                              const llvm::Twine &callee, SourceRange defined,
                              std::vector<const CallArgument *> &slots) {
  slots.assign(names.size(), nullptr);
  bool good = step(call.where, call.arguments.size());
  auto report = [&](llvm::StringRef code, SourceRange where, const llvm::Twine &message,
                    llvm::StringRef replacement = "") {
    good = false;
    fail(code, where, message, [&](Diagnostic &diagnostic) {
      if (defined.isValid())
        diagnostic.note(defined, "it is defined here");
      diagnostic.suggest(where, replacement);
    });
  };
  size_t next = 0;
  for (const CallArgument &argument : call.arguments) {
    bool positional = argument.name.empty();
    size_t slot = positional ? next++ : llvm::find(names, argument.name) - names.begin();
    SourceRange where = positional ? argument.range : argument.nameRange;
    if (slot < names.size() && !slots[slot])
      slots[slot] = &argument;
    else if (slot < names.size())
      report("E0404", where, "'" + names[slot] + "' is given twice to " + callee);
    else if (positional)
      report("E0402", where,
             callee + " takes " + llvm::Twine(names.size()) +
                 (names.size() == 1 ? " argument" : " arguments") + " at most");
    else
      report("E0403", where, callee + " has no parameter '" + argument.name + "'",
             nearestName(argument.name, names));
  }
  return good;
}

static bool hasType(const Value &value, llvm::StringRef type) {
  if (type == "list")
    return value.get<ListValue>() || value.get<TupleValue>() || value.get<RangeValue>();
  if (type == "block")
    return value.get<Callable>();
  return type.empty() || typeName(value) == type;
}

/// Checks a value against a parameter's type and range; an int becomes a float where one is wanted.
bool Evaluator::checkParameter(const Parameter &parameter, Value &value, SourceRange where,
                               const Expr *syntax) {
  llvm::StringRef type = parameter.type.text;
  if (type == "float" && value.get<int64_t>())
    value = double(*value.get<int64_t>());
  if (hasType(value, type))
    return !parameter.range || inRange(parameter, value, where);
  fail("E0405", where,
       "parameter '" + parameter.name.text + "' is " + type + ", got " + typeName(value) + " " +
           render(value, builder),
       [&](Diagnostic &diagnostic) {
         explainValue(diagnostic, value, type == "int" ? syntax : nullptr);
         diagnostic.note(parameter.name.range, "the parameter is defined here");
       });
  return false;
}

bool Evaluator::inRange(const Parameter &parameter, const Value &value, SourceRange where) {
  Value allowed = evaluate(*parameter.range);
  if (allowed.isPoison() || !step(where, sizeOf(allowed)))
    return false;
  bool inside = false;
  auto *range = allowed.get<RangeValue>();
  if (auto number = value.number(); range && number)
    inside = *number >= double(range->begin) && *number < double(range->end);
  else if (auto *elements = allowed.elements())
    inside = llvm::any_of(*elements, [&](const Value &each) { return equal(each, value); });
  if (!inside)
    fail("E0406", where,
         "parameter '" + parameter.name.text + "' is in " + render(allowed, builder) + ", got " +
             render(value, builder),
         [&](Diagnostic &diagnostic) {
           diagnostic.note(parameter.range->range, range
                                                       ? "the range is given here, its end excluded"
                                                       : "the values allowed are given here");
         });
  return inside;
}

bool Evaluator::bindParameters(const Definition &definition, const Call &call, Frame &inner) {
  llvm::SmallVector<llvm::StringRef> names;
  for (const Parameter &parameter : definition.parameters)
    names.push_back(parameter.name.text);
  std::vector<const CallArgument *> slots;
  if (!bindArguments(call, names, definition.name.text, definition.name.range, slots))
    return false;
  Frame *outer = frame;
  bool good = true;
  for (auto [parameter, slot] : llvm::zip(definition.parameters, slots)) {
    if (!slot && !parameter.defaultValue) {
      fail("E0401", call.callee,
           definition.name.text + " needs a value for '" + parameter.name.text + "'",
           [&, &parameter = parameter](Diagnostic &diagnostic) {
             diagnostic.note(parameter.name.range, "the parameter is defined here");
           });
      good = false;
      continue;
    }
    frame = &inner; // Defaults and ranges see the parameters before them.
    SourceRange where = slot ? slot->range : parameter.defaultValue->range;
    Value value = slot ? slot->value : evaluate(*parameter.defaultValue);
    const Expr *syntax = slot ? slot->syntax : parameter.defaultValue.get();
    good &= !value.isPoison() && checkParameter(parameter, value, where, syntax);
    inner.locals[parameter.name.text] = {std::move(value), where};
    frame = outer;
  }
  return good;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

bool Evaluator::canEnter(const Definition &definition, const Call &call) {
  if (callDepth >= limits.callDepth) {
    fail("E0605", call.callee,
         "calls are nested more than " + llvm::Twine(limits.callDepth) + " levels deep");
    return false;
  }
  for (Frame *running = frame; running; running = running->caller)
    if (running->definition == &definition) {
      fail("E0307", call.callee, definition.name.text + " calls itself; there is no recursion",
           [&](Diagnostic &diagnostic) {
             diagnostic.note(definition.name.range, "it is defined here");
           });
      return false;
    }
  return true;
}

/// A label opens a scope; without one the layers of a block stand in the scope of its call.
Scope Evaluator::innerScope(const Call &call) {
  Scope scope = frame->scope;
  if (!call.label)
    return scope;
  scope.names += *call.label + ".";
  if (!call.shared) {
    scope.weights += *call.label + ".";
    return scope;
  }
  auto &outer = call.shared->space;
  scope.weights = call.shared->weights + ".";
  scope.space = std::make_shared<WeightSpace>(
      WeightSpace{outer, call.shared->number, call.shared->where, outer->depth + 1});
  return scope;
}

Value Evaluator::runBody(const Definition &definition, const Call &call, Frame &inner) {
  inner.caller = std::exchange(frame, &inner);
  ++callDepth;
  if (definition.kind == DefinitionKind::Function) {
    inner.result = evaluate(*definition.value);
    inner.hasResult = true;
  } else {
    execute(definition.body);
  }
  --callDepth;
  frame = inner.caller;
  bool isBlock = definition.kind == DefinitionKind::Block;
  if (isBlock && !inner.hasResult && !stopped)
    return fail("E0408", call.callee, definition.name.text + " ended without a 'return'",
                [&](Diagnostic &diagnostic) {
                  diagnostic.note(definition.name.range, "it is defined here");
                });
  return inner.result;
}

Value Evaluator::rejectLabel(const Call &call, llvm::StringRef function) {
  SourceRange label = call.labelRange;
  return fail("E0409", label, "a label names layers; the function " + function + " makes none",
              [&](Diagnostic &diagnostic) {
                diagnostic.fix({label.file, label.begin, call.callee.begin}, "");
              });
}

Value Evaluator::applyDefinition(const Definition &definition, Call &call) {
  if (definition.kind == DefinitionKind::Network || definition.kind == DefinitionKind::Preset)
    return applyNetwork(definition, call);
  if (definition.kind == DefinitionKind::Function && call.label)
    return rejectLabel(call, definition.name.text);
  if (!canEnter(definition, call))
    return {};
  Frame inner;
  inner.definition = &definition;
  inner.call = &call;
  inner.scope = innerScope(call);
  inner.hints = joinHints(call.hints, frame->hints);
  inner.caller = frame;
  if (!bindParameters(definition, call, inner))
    return {};
  return runBody(definition, call, inner);
}

/// A network that is called takes its inputs from the tensors that lead the arguments; it gives its
/// output, or a record of them.
Value Evaluator::applyNetwork(const Definition &definition, Call &call) {
  std::optional<ChosenNetwork> chosen = resolveNetwork(program, definition, &diagnostics);
  if (!chosen || !canEnter(*chosen->network, call))
    return {};
  Frame inner;
  inner.definition = chosen->network;
  inner.call = &call;
  inner.scope = innerScope(call);
  inner.hints = joinHints(call.hints, frame->hints);
  inner.caller = frame;
  Call settings{call.where, call.callee, {}, {}, {}};
  for (const CallArgument &argument : call.arguments)
    if (argument.name.empty() && argument.value.get<TensorValue>() && settings.arguments.empty())
      inner.tensors.push_back(&argument);
    else
      settings.arguments.push_back(argument);
  for (auto &[name, given] : chosen->arguments) {
    Definition outside;
    outside.range = given.where;
    Frame outer;
    outer.definition = &outside;
    Frame *current = std::exchange(frame, &outer);
    Value value = evaluate(*given.value);
    frame = current;
    if (value.isPoison())
      return {};
    settings.arguments.push_back({name, given.where, std::move(value), given.where, nullptr});
  }
  if (!bindParameters(*chosen->network, settings, inner))
    return {};
  size_t errors = diagnostics.errorCount();
  runBody(*chosen->network, call, inner);
  if (inner.inputsTaken < inner.tensors.size() && errors == diagnostics.errorCount())
    return fail("E0402", inner.tensors[inner.inputsTaken]->range,
                "network " + definition.name.text + " has " + llvm::Twine(inner.inputsTaken) +
                    (inner.inputsTaken == 1 ? " input" : " inputs"));
  if (inner.outputs.size() == 1)
    return inner.outputs.front().second;
  return errors == diagnostics.errorCount() ? makeRecord(std::move(inner.outputs)) : Value();
}

Value Evaluator::applyBuiltin(const Builtin &builtin, Call &call) {
  if (call.label)
    return rejectLabel(call, builtin.name);
  std::vector<Value> values;
  for (const CallArgument &argument : call.arguments) {
    if (!argument.name.empty())
      return fail("E0403", argument.nameRange,
                  builtin.name + " has no parameter '" + argument.name + "'");
    values.push_back(argument.value);
    if (!step(call.where, sizeOf(argument.value)))
      return {};
  }
  if (values.size() < builtin.minArguments)
    return fail("E0401", call.callee,
                builtin.name + " needs " + llvm::Twine(builtin.minArguments) + " argument");
  if (values.size() > builtin.maxArguments)
    return fail("E0402", call.callee,
                builtin.name + " takes " + llvm::Twine(builtin.maxArguments) +
                    (builtin.maxArguments == 1 ? " argument" : " arguments") + " at most");
  return checkedResult(builtin.apply(values), call.where);
}

/// A call of a shared instance: the tensors of the call, then what the instance was made with.
Value Evaluator::applyShared(const SharedInstance &shared, Call &call) {
  if (!step(call.where, shared.arguments.size()))
    return {};
  Call full = call;
  llvm::append_range(full.arguments, shared.arguments);
  full.shared = &shared;
  full.hints = joinHints(shared.hints, call.hints);
  if (!full.label) {
    // The first call bears the instance's own name, later ones a number, if that is free.
    unsigned &number = nextNumber[frame->scope.names + shared.name + "\n"];
    do {
      full.label = number ? shared.name + "_" + std::to_string(number) : shared.name;
      ++number;
    } while (isTaken(frame->scope.names + *full.label));
    full.labelRange = shared.where;
  }
  return apply(shared.callee, full);
}

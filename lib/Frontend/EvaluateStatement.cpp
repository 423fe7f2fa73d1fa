//===- EvaluateStatement.cpp - What statements do -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "CheckProgram.h"
#include "EvaluatorImpl.h"
#include "llvm/ADT/STLExtras.h"

using namespace fovea;
using namespace fovea::ast;

Evaluator::Flow Evaluator::execute(const Body &body) {
  for (const StmtPtr &statement : body) {
    if (!step(statement->range) || executeStatement(*statement) == Flow::Return)
      return Flow::Return;
  }
  return Flow::Next;
}

Evaluator::Flow Evaluator::executeStatement(const Stmt &statement) {
  switch (statement.kind) {
  case Stmt::Kind::If:
    return executeIf(llvm::cast<IfStmt>(statement));
  case Stmt::Kind::For:
    return executeFor(llvm::cast<ForStmt>(statement));
  case Stmt::Kind::Return:
    return executeReturn(llvm::cast<ReturnStmt>(statement));
  case Stmt::Kind::Assign:
    executeAssign(llvm::cast<AssignStmt>(statement));
    break;
  case Stmt::Kind::Require:
    executeRequire(llvm::cast<RequireStmt>(statement));
    break;
  case Stmt::Kind::Input:
    executeInput(llvm::cast<InputStmt>(statement));
    break;
  case Stmt::Kind::Output:
    executeOutput(llvm::cast<OutputStmt>(statement));
    break;
  case Stmt::Kind::Layer:
    executeLayer(llvm::cast<LayerStmt>(statement));
    break;
  case Stmt::Kind::Labels:
    executeLabels(llvm::cast<LabelsStmt>(statement));
    break;
  case Stmt::Kind::Unused:
    executeUnused(llvm::cast<UnusedStmt>(statement));
    break;
  }
  return Flow::Next;
}

void Evaluator::bind(const Name &name, Value value, SourceRange origin) {
  frame->locals[name.text] = {std::move(value), origin};
}

void Evaluator::assign(llvm::ArrayRef<Name> targets, bool destructures, const Value &value,
                       SourceRange origin) {
  if (!destructures)
    return bind(targets.front(), value, origin);
  if (!step(origin, targets.size()))
    return;
  auto *elements = value.elements();
  bool fits = elements && elements->size() == targets.size();
  if (!fits && !value.isPoison())
    fail("E0407", origin,
         llvm::Twine(targets.size()) + " names, but " +
             (elements ? llvm::Twine(elements->size()) + " values"
                       : llvm::Twine("the value is one ") + typeName(value)),
         [&](Diagnostic &diagnostic) {
           diagnostic.underline(targets.front().range.to(targets.back().range));
         });
  for (auto [i, target] : llvm::enumerate(targets))
    bind(target, fits ? (*elements)[i] : Value(), origin);
}

void Evaluator::executeAssign(const AssignStmt &statement) {
  Value value = evaluate(*statement.value);
  assign(statement.targets, statement.targets.size() > 1, value, statement.value->range);
}

/// After a condition that failed nobody knows what would have been assigned.
void Evaluator::poisonAssigned(const Body &body) {
  forEachAssigned(body, [&](const Name &name) {
    if (step(name.range))
      bind(name, {}, name.range);
  });
}

Evaluator::Flow Evaluator::executeIf(const IfStmt &statement) {
  for (const IfStmt::Branch &branch : statement.branches) {
    if (!branch.condition)
      return execute(branch.body);
    std::optional<bool> condition = evaluateCondition(*branch.condition);
    if (!condition) {
      for (const IfStmt::Branch &any : statement.branches)
        poisonAssigned(any.body);
      frame->hasResult = true; // Perhaps it would have returned.
      return Flow::Next;
    }
    if (*condition)
      return execute(branch.body);
  }
  return Flow::Next;
}

Evaluator::Flow Evaluator::executeFor(const ForStmt &statement) {
  Value values = evaluate(*statement.values);
  auto *range = values.get<RangeValue>();
  auto *elements = values.elements();
  if (!range && !elements) {
    if (!values.isPoison())
      fail("E0405", statement.values->range,
           "a loop runs over a range or a list, not over " + typeName(values));
    poisonAssigned(statement.body);
    return Flow::Next;
  }
  frame->loops.push_back({statement, values});
  int64_t begin = range ? range->begin : 0;
  int64_t end = range ? range->end : static_cast<int64_t>(elements->size());
  Flow flow = Flow::Next;
  for (int64_t i = begin; i < end && flow == Flow::Next && step(statement.range); ++i) {
    Value element = range ? Value(i) : (*elements)[i];
    assign(statement.targets, statement.destructures, element, statement.values->range);
    flow = execute(statement.body);
  }
  frame->loops.pop_back();
  for (const Name &target : statement.targets)
    frame->locals.erase(target.text);
  return flow;
}

Evaluator::Flow Evaluator::executeReturn(const ReturnStmt &statement) {
  frame->result = evaluate(*statement.value);
  frame->hasResult = true;
  return Flow::Return;
}

void Evaluator::executeRequire(const RequireStmt &statement) {
  std::optional<bool> condition = evaluateCondition(*statement.condition);
  if (!condition || *condition)
    return;
  Value message = statement.message ? evaluate(*statement.message) : Value();
  auto *text = message.get<std::string>();
  fail("E0601", statement.condition->range,
       text ? llvm::Twine(*text) : llvm::Twine("this requirement is not met"),
       [&](Diagnostic &diagnostic) {
         auto *comparison = llvm::dyn_cast<BinaryExpr>(statement.condition.get());
         bool compares =
             comparison && comparison->op >= Operator::Eq && comparison->op <= Operator::Ge;
         auto *name = compares ? llvm::dyn_cast<NameExpr>(comparison->lhs.get()) : nullptr;
         auto local = name ? frame->locals.find(name->name) : frame->locals.end();
         if (local != frame->locals.end())
           diagnostic.note(local->second.origin,
                           name->name + " is " + render(local->second.value, builder));
       });
}

//===----------------------------------------------------------------------===//
// Shared layers
//===----------------------------------------------------------------------===//

void Evaluator::executeLayer(const LayerStmt &statement) {
  bind(statement.name, makeInstance(statement), statement.range);
}

Value Evaluator::makeInstance(const LayerStmt &statement) {
  Value callee = evaluateCallee(*statement.call->callee);
  Call call{statement.call->range, statement.call->callee->range, {}, {}, {}};
  bool good = evaluateHints(*statement.call, call);
  good &= evaluateArguments(*statement.call, call);
  if (!good || callee.isPoison())
    return {};
  auto *callable = callee.get<Callable>();
  if (!callable)
    return fail("E0306", call.callee, "a " + typeName(callee) + " cannot be called");
  warnIdleHints(*statement.call, *callable);
  Extent extent;
  extent.depth = frame->scope.space->depth;
  extent.add(callable->extent);
  for (const CallArgument &argument : call.arguments)
    extent.add(extentOf(argument.value));
  if (!checkExtent(extent, statement.range, "instance"))
    return {};
  auto shared = std::make_shared<SharedInstance>();
  shared->number = ++instances;
  shared->callee = *callable;
  shared->name = statement.name.text;
  shared->weights = frame->scope.weights + statement.name.text;
  shared->space = frame->scope.space;
  shared->arguments = std::move(call.arguments);
  shared->hints = std::move(call.hints);
  shared->where = statement.name.range;
  return Callable{std::shared_ptr<const SharedInstance>(std::move(shared)), extent};
}

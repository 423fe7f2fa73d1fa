//===- CheckProgram.cpp - What can be said without running ----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "CheckProgram.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include <map>

using namespace fovea;
using namespace fovea::ast;

//===----------------------------------------------------------------------===//
// Walks
//===----------------------------------------------------------------------===//

using ExprVisitor = llvm::function_ref<void(const Expr &)>;

static void walkAll(const std::vector<ExprPtr> &exprs, ExprVisitor visit) {
  for (const ExprPtr &expr : exprs)
    walk(expr.get(), visit);
}

static void walkCall(const CallExpr &call, ExprVisitor visit) {
  for (const Hint &hint : call.hints)
    walk(hint.value.get(), visit);
  walk(call.label.get(), visit);
  walk(call.callee.get(), visit);
  for (const Argument &argument : call.arguments)
    walk(argument.value.get(), visit);
}

void fovea::walk(const Expr *expr, ExprVisitor visit) {
  if (!expr)
    return;
  visit(*expr);
  if (auto *string = llvm::dyn_cast<StringExpr>(expr))
    walkAll(string->values, visit);
  else if (auto *list = llvm::dyn_cast<ListExpr>(expr))
    walkAll(list->elements, visit);
  else if (auto *tuple = llvm::dyn_cast<TupleExpr>(expr))
    walkAll(tuple->elements, visit);
  else if (auto *unary = llvm::dyn_cast<UnaryExpr>(expr))
    walk(unary->operand.get(), visit);
  else if (auto *call = llvm::dyn_cast<CallExpr>(expr))
    walkCall(*call, visit);
  else if (auto *field = llvm::dyn_cast<FieldExpr>(expr))
    walk(field->base.get(), visit);
  else if (auto *record = llvm::dyn_cast<RecordExpr>(expr))
    for (auto &[name, value] : record->fields)
      walk(value.get(), visit);
  if (auto *binary = llvm::dyn_cast<BinaryExpr>(expr)) {
    walk(binary->lhs.get(), visit);
    walk(binary->rhs.get(), visit);
  } else if (auto *conditional = llvm::dyn_cast<ConditionalExpr>(expr)) {
    walk(conditional->condition.get(), visit);
    walk(conditional->value.get(), visit);
    walk(conditional->other.get(), visit);
  } else if (auto *index = llvm::dyn_cast<IndexExpr>(expr)) {
    walk(index->base.get(), visit);
    walk(index->index.get(), visit);
  } else if (auto *pipe = llvm::dyn_cast<PipeExpr>(expr)) {
    walk(pipe->source.get(), visit);
    for (auto &stage : pipe->stages)
      walk(stage.get(), visit);
  }
}

static void forEachStatement(const Body &body, llvm::function_ref<void(const Stmt &)> visit);

/// Visits a statement and all that stand in it.
static void forEachStatement(const StmtPtr &statement,
                             llvm::function_ref<void(const Stmt &)> visit) {
  visit(*statement);
  if (auto *branching = llvm::dyn_cast<IfStmt>(statement.get()))
    for (const IfStmt::Branch &branch : branching->branches)
      forEachStatement(branch.body, visit);
  if (auto *loop = llvm::dyn_cast<ForStmt>(statement.get()))
    forEachStatement(loop->body, visit);
}

static void forEachStatement(const Body &body, llvm::function_ref<void(const Stmt &)> visit) {
  for (const StmtPtr &statement : body)
    forEachStatement(statement, visit);
}

/// Visits the expressions that stand in a statement itself.
static void forEachExpression(const Stmt &statement, ExprVisitor visit) {
  if (auto *assign = llvm::dyn_cast<AssignStmt>(&statement))
    return walk(assign->value.get(), visit);
  if (auto *loop = llvm::dyn_cast<ForStmt>(&statement))
    return walk(loop->values.get(), visit);
  if (auto *result = llvm::dyn_cast<ReturnStmt>(&statement))
    return walk(result->value.get(), visit);
  if (auto *output = llvm::dyn_cast<OutputStmt>(&statement))
    return walk(output->value.get(), visit);
  if (auto *layer = llvm::dyn_cast<LayerStmt>(&statement))
    return walk(layer->call.get(), visit);
  if (auto *input = llvm::dyn_cast<InputStmt>(&statement))
    return walkAll(input->shape, visit);
  if (auto *labels = llvm::dyn_cast<LabelsStmt>(&statement))
    return walk(labels->path.get(), visit);
  if (auto *unused = llvm::dyn_cast<UnusedStmt>(&statement))
    return walk(unused->pattern.get(), visit);
  if (auto *branching = llvm::dyn_cast<IfStmt>(&statement))
    for (const IfStmt::Branch &branch : branching->branches)
      walk(branch.condition.get(), visit);
  if (auto *require = llvm::dyn_cast<RequireStmt>(&statement)) {
    walk(require->condition.get(), visit);
    walk(require->message.get(), visit);
  }
}

void fovea::forEachAssigned(const Body &body, llvm::function_ref<void(const Name &)> found) {
  forEachStatement(body, [&](const Stmt &statement) {
    if (auto *assign = llvm::dyn_cast<AssignStmt>(&statement))
      llvm::for_each(assign->targets, found);
    else if (auto *loop = llvm::dyn_cast<ForStmt>(&statement))
      llvm::for_each(loop->targets, found);
    else if (auto *input = llvm::dyn_cast<InputStmt>(&statement))
      found(input->name);
    else if (auto *output = llvm::dyn_cast<OutputStmt>(&statement))
      found(output->name);
    else if (auto *layer = llvm::dyn_cast<LayerStmt>(&statement))
      found(layer->name);
  });
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

static void checkParameterNames(const Definition &definition, DiagnosticEngine &diagnostics) {
  std::map<llvm::StringRef, const Parameter *> seen;
  for (const Parameter &parameter : definition.parameters) {
    auto [entry, added] = seen.insert({parameter.name.text, &parameter});
    if (!added)
      diagnostics
          .error("E0303", parameter.name.range,
                 "parameter '" + parameter.name.text + "' is defined twice")
          .note(entry->second->name.range, "it is defined here first");
  }
}

static void checkPlacement(const Definition &definition, DiagnosticEngine &diagnostics) {
  bool isBlock = definition.kind == DefinitionKind::Block;
  forEachStatement(definition.body, [&](const Stmt &statement) {
    if (isBlock && llvm::isa<InputStmt, OutputStmt>(statement))
      diagnostics.error("E0109", statement.range,
                        "a block takes its tensors as parameters and gives them by 'return'; "
                        "'input' and 'output' belong to networks");
    if (isBlock && llvm::isa<LabelsStmt, UnusedStmt>(statement))
      diagnostics.error("E0109", statement.range,
                        "'labels' and 'unused' speak of a whole network and belong there");
    if (!isBlock && llvm::isa<ReturnStmt>(statement))
      diagnostics.error("E0109", statement.range,
                        "a network gives its results by 'output'; 'return' belongs to blocks");
  });
}

/// `isNeeded`: another name stands beside it, or the statement cannot do without.
static void warnUnusedTarget(const Name &target, bool isNeeded, const llvm::Twine &message,
                             DiagnosticEngine &diagnostics) {
  SourceRange name = target.range;
  Diagnostic &warning = diagnostics.warning("W0001", name, "'" + target.text + "' " + message);
  if (isNeeded)
    warning.fix({name.file, name.begin, name.begin}, "_");
}

/// A loop over a range may only count; the elements of a list are there to be read.
static bool countsOnly(const ForStmt &loop) {
  auto *range = llvm::dyn_cast<BinaryExpr>(loop.values.get());
  return range && range->op == Operator::Range;
}

/// Warns of values that the next assignment of the same body replaces before anything reads them.
static void warnReplaced(const Body &body, DiagnosticEngine &diagnostics) {
  struct Assigned {
    const Name *name;
    bool isNeeded;
  };
  std::map<llvm::StringRef, Assigned> unread;
  auto read = [&](const Expr &expr) {
    if (auto *name = llvm::dyn_cast<NameExpr>(&expr))
      unread.erase(name->name);
  };
  for (const StmtPtr &statement : body) {
    forEachStatement(statement, [&](const Stmt &each) { forEachExpression(each, read); });
    if (auto *branching = llvm::dyn_cast<IfStmt>(statement.get()))
      for (const IfStmt::Branch &branch : branching->branches)
        warnReplaced(branch.body, diagnostics);
    if (auto *loop = llvm::dyn_cast<ForStmt>(statement.get()))
      warnReplaced(loop->body, diagnostics);
    auto *assign = llvm::dyn_cast<AssignStmt>(statement.get());
    if (!assign)
      continue;
    for (const Name &target : assign->targets) {
      Assigned &earlier = unread[target.text];
      if (earlier.name && !llvm::StringRef(target.text).starts_with("_"))
        warnUnusedTarget(*earlier.name, earlier.isNeeded, "is replaced before anything reads it",
                         diagnostics);
      earlier = {&target, assign->targets.size() > 1};
    }
  }
}

static void warnUnused(const Definition &definition, DiagnosticEngine &diagnostics) {
  llvm::StringSet<> read;
  auto visit = [&](const Expr &expr) {
    if (auto *name = llvm::dyn_cast<NameExpr>(&expr))
      read.insert(name->name);
  };
  forEachStatement(definition.body,
                   [&](const Stmt &statement) { forEachExpression(statement, visit); });
  walk(definition.value.get(), visit);
  for (const Parameter &parameter : definition.parameters) {
    walk(parameter.defaultValue.get(), visit);
    walk(parameter.range.get(), visit);
  }
  auto isUnused = [&](const Name &name) {
    return !llvm::StringRef(name.text).starts_with("_") && read.insert(name.text).second;
  };
  for (const Parameter &parameter : definition.parameters)
    if (isUnused(parameter.name))
      diagnostics.warning("W0002", parameter.name.range,
                          "parameter '" + parameter.name.text + "' is never used");
  forEachStatement(definition.body, [&](const Stmt &statement) {
    if (auto *layer = llvm::dyn_cast<LayerStmt>(&statement))
      if (isUnused(layer->name))
        diagnostics.warning("W0001", layer->name.range,
                            "layer '" + layer->name.text + "' is never used");
    if (auto *assign = llvm::dyn_cast<AssignStmt>(&statement))
      for (const Name &target : assign->targets)
        if (isUnused(target))
          warnUnusedTarget(target, assign->targets.size() > 1, "is never used", diagnostics);
    auto *loop = llvm::dyn_cast<ForStmt>(&statement);
    if (!loop || countsOnly(*loop))
      return;
    for (const Name &target : loop->targets)
      if (isUnused(target))
        warnUnusedTarget(target, /*isNeeded=*/true, "is never used", diagnostics);
  });
  warnReplaced(definition.body, diagnostics);
}

void fovea::checkFile(const File &file, DiagnosticEngine &diagnostics) {
  for (auto &definition : file.definitions) {
    checkParameterNames(*definition, diagnostics);
    checkPlacement(*definition, diagnostics);
    if (!diagnostics.hasErrors())
      warnUnused(*definition, diagnostics);
  }
}

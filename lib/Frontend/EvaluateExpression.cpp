//===- EvaluateExpression.cpp - What expressions are worth ----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "CheckProgram.h"
#include "EvaluatorImpl.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;
using namespace fovea::ast;

Value Evaluator::evaluate(const Expr &expr) {
  if (!step(expr.range))
    return {};
  if (depth >= limits.expressionDepth) {
    fail("E0605", expr.range,
         "expressions and calls are nested more than " + llvm::Twine(limits.expressionDepth) +
             " levels deep");
    stopped = true;
    return {};
  }
  ++depth;
  Value value = evaluateKind(expr);
  --depth;
  return value;
}

Value Evaluator::evaluateKind(const Expr &expr) {
  switch (expr.kind) {
  case Expr::Kind::Integer:
    return llvm::cast<IntegerExpr>(expr).value;
  case Expr::Kind::Float:
    return llvm::cast<FloatExpr>(expr).value;
  case Expr::Kind::Bool:
    return llvm::cast<BoolExpr>(expr).value;
  case Expr::Kind::String:
    return evaluateString(llvm::cast<StringExpr>(expr));
  case Expr::Kind::NameRef:
    return evaluateName(llvm::cast<NameExpr>(expr));
  case Expr::Kind::List:
    return evaluateElements(llvm::cast<ListExpr>(expr).elements, expr.range, /*isTuple=*/false);
  case Expr::Kind::Tuple:
    return evaluateElements(llvm::cast<TupleExpr>(expr).elements, expr.range, /*isTuple=*/true);
  case Expr::Kind::Record:
    return evaluateRecord(llvm::cast<RecordExpr>(expr));
  case Expr::Kind::Unary:
    return evaluateUnary(llvm::cast<UnaryExpr>(expr));
  case Expr::Kind::Binary:
    return evaluateBinary(llvm::cast<BinaryExpr>(expr));
  case Expr::Kind::Conditional:
    return evaluateConditional(llvm::cast<ConditionalExpr>(expr));
  case Expr::Kind::Field:
    return evaluateField(llvm::cast<FieldExpr>(expr));
  case Expr::Kind::Index:
    return evaluateIndex(llvm::cast<IndexExpr>(expr));
  case Expr::Kind::Call:
    return evaluateCall(llvm::cast<CallExpr>(expr), std::nullopt);
  case Expr::Kind::Pipe:
    return evaluatePipe(llvm::cast<PipeExpr>(expr));
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Names and constants
//===----------------------------------------------------------------------===//

Value Evaluator::evaluateName(const NameExpr &expr) {
  if (auto local = frame->locals.find(expr.name); local != frame->locals.end())
    return local->second.value;
  if (const Definition *definition = program.lookup(frame->definition->range.file, expr.name))
    return Callable{definition};
  if (const LayerKind *layer = findLayerKind(expr.name))
    return Callable{layer};
  return unknownName(expr);
}

Value Evaluator::unknownName(const NameExpr &expr) {
  SourceRange assigned;
  forEachAssigned(frame->definition->body, [&](const Name &name) {
    ++steps;
    if (name.text == expr.name && !assigned.isValid())
      assigned = name.range;
  });
  if (assigned.isValid())
    return fail("E0302", expr.range, "'" + expr.name + "' is not assigned on the path taken",
                [&](Diagnostic &diagnostic) {
                  diagnostic.note(assigned, "it is assigned here, which was not run or has ended");
                });
  return fail("E0301", expr.range, "unknown name '" + expr.name + "'", [&](Diagnostic &diagnostic) {
    diagnostic.suggest(expr.range, nearestName(expr.name, knownNames()));
  });
}

std::vector<llvm::StringRef> Evaluator::knownNames() const {
  std::vector<llvm::StringRef> known = program.visibleNames(frame->definition->range.file);
  for (auto &[name, binding] : frame->locals)
    known.push_back(name);
  for (const LayerKind &layer : allLayerKinds())
    known.push_back(layer.name);
  for (const Builtin &builtin : allBuiltins())
    known.push_back(builtin.name);
  known.insert(known.end(), {"true", "false"});
  return known;
}

Value Evaluator::evaluateString(const StringExpr &expr) {
  std::string text = expr.texts.front();
  for (auto [i, piece] : llvm::enumerate(expr.values)) {
    Value value = evaluate(*piece);
    if (value.isPoison())
      return {};
    auto *string = value.get<std::string>();
    if (!string && !value.number() && !value.get<bool>())
      return fail("E0405", piece->range,
                  "a string holds numbers, booleans and strings, not " + typeName(value));
    text += (string ? *string : render(value, builder)) + expr.texts[i + 1];
    if (text.size() > maxValueSize)
      return fail("E0603", expr.range,
                  "the string has more than " + llvm::Twine(maxValueSize) + " characters");
  }
  return step(expr.range, text.size() / 8) ? Value(std::move(text)) : Value();
}

Value Evaluator::evaluateElements(const std::vector<ExprPtr> &elements, SourceRange where,
                                  bool isTuple) {
  std::vector<Value> values;
  Extent extent;
  for (const ExprPtr &element : elements) {
    values.push_back(evaluate(*element));
    if (values.back().isPoison())
      return {};
    extent.add(extentOf(values.back()));
  }
  if (!checkExtent(extent, where, "list"))
    return {};
  return isTuple ? makeTuple(std::move(values)) : makeList(std::move(values));
}

Value Evaluator::evaluateRecord(const RecordExpr &expr) {
  std::vector<std::pair<std::string, Value>> fields;
  Extent extent;
  for (auto &[name, value] : expr.fields) {
    fields.emplace_back(name.text, evaluate(*value));
    if (fields.back().second.isPoison())
      return {};
    extent.add(extentOf(fields.back().second));
  }
  return checkExtent(extent, expr.range, "record") ? makeRecord(std::move(fields)) : Value();
}

bool Evaluator::checkExtent(Extent extent, SourceRange where, llvm::StringRef what) {
  if (extent.size > maxValueSize)
    fail("E0603", where,
         "the " + what + " has more than " + llvm::Twine(maxValueSize) + " elements");
  else if (extent.depth > maxValueDepth)
    fail("E0603", where,
         "the " + what + " is nested more than " + llvm::Twine(maxValueDepth) + " levels deep");
  else
    return true;
  return false;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

Value Evaluator::checkedResult(Computed computed, SourceRange where) {
  if (computed.failed())
    return fail(computed.code, where, computed.message);
  auto *string = computed.value.get<std::string>();
  return step(where, string ? string->size() / 8 : sizeOf(computed.value)) ? computed.value
                                                                           : Value();
}

Value Evaluator::evaluateUnary(const UnaryExpr &expr) {
  Value operand = evaluate(*expr.operand);
  return operand.isPoison() ? Value() : checkedResult(applyUnary(expr.op, operand), expr.range);
}

Value Evaluator::evaluateBinary(const BinaryExpr &expr) {
  if (expr.op == Operator::And || expr.op == Operator::Or)
    return evaluateLogical(expr);
  Value lhs = evaluate(*expr.lhs), rhs = evaluate(*expr.rhs);
  if (lhs.isPoison() || rhs.isPoison())
    return {};
  if (expr.op == Operator::Add && lhs.get<TensorValue>() && rhs.get<TensorValue>())
    return addTensors(expr, std::move(lhs), std::move(rhs));
  if (!step(expr.range, sizeOf(lhs)))
    return {};
  Computed result = applyBinary(expr.op, lhs, rhs);
  if (!result.failed())
    return checkedResult(std::move(result), expr.range);
  return fail(result.code, expr.opRange, result.message, [&](Diagnostic &diagnostic) {
    diagnostic.underline(expr.lhs->range).underline(expr.rhs->range);
  });
}

Value Evaluator::addTensors(const BinaryExpr &expr, Value lhs, Value rhs) {
  Call call{expr.range, expr.opRange, {}, {}, {}};
  call.arguments.push_back({"", {}, std::move(lhs), expr.lhs->range, expr.lhs.get()});
  call.arguments.push_back({"", {}, std::move(rhs), expr.rhs->range, expr.rhs.get()});
  return applyLayer(*findLayerKind("add"), call);
}

/// `and` and `or` evaluate their right side only if it matters.
Value Evaluator::evaluateLogical(const BinaryExpr &expr) {
  std::optional<bool> lhs = evaluateCondition(*expr.lhs);
  if (!lhs || *lhs == (expr.op == Operator::Or))
    return lhs ? Value(*lhs) : Value();
  std::optional<bool> rhs = evaluateCondition(*expr.rhs);
  return rhs ? Value(*rhs) : Value();
}

Value Evaluator::evaluateConditional(const ConditionalExpr &expr) {
  std::optional<bool> condition = evaluateCondition(*expr.condition);
  if (!condition)
    return {};
  return evaluate(*condition ? *expr.value : *expr.other);
}

std::optional<bool> Evaluator::evaluateCondition(const Expr &expr) {
  Value value = evaluate(expr);
  if (auto *condition = value.get<bool>())
    return *condition;
  if (!value.isPoison())
    fail("E0405", expr.range, "a condition is true or false, not " + typeName(value));
  return std::nullopt;
}

std::optional<int64_t> Evaluator::evaluateInteger(const Expr &expr, llvm::StringRef what) {
  Value value = evaluate(expr);
  if (auto *integer = value.get<int64_t>())
    return *integer;
  if (!value.isPoison())
    fail("E0405", expr.range, what + " is an integer, not " + typeName(value),
         [&](Diagnostic &diagnostic) { explainValue(diagnostic, value, &expr); });
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Fields, elements and pipes
//===----------------------------------------------------------------------===//

Value Evaluator::evaluateField(const FieldExpr &expr) {
  Value base = evaluate(*expr.base);
  if (base.isPoison())
    return {};
  if (auto *tensor = base.get<TensorValue>())
    return evaluateTensorField(expr, tensor->id);
  std::vector<llvm::StringRef> known;
  if (auto *record = base.get<RecordValue>()) {
    if (!step(expr.range, record->fields->size() / 8)) // Looked through one by one.
      return {};
    for (auto &[name, value] : *record->fields) {
      if (name == expr.field.text)
        return value;
      known.push_back(name);
    }
  }
  return fail("E0308", expr.field.range,
              "a " + typeName(base) + " has no field '" + expr.field.text + "'",
              [&](Diagnostic &diagnostic) {
                diagnostic.suggest(expr.field.range, nearestName(expr.field.text, known));
              });
}

Value Evaluator::evaluateTensorField(const FieldExpr &expr, TensorId tensor) {
  static constexpr std::pair<llvm::StringLiteral, size_t> dimensions[] = {
      {"batch", 0}, {"channels", 1}, {"height", 2}, {"width", 3}};
  std::vector<int64_t> shape = builder.shapeOf(tensor);
  if (expr.field.text == "rank")
    return int64_t(shape.size());
  if (expr.field.text == "shape")
    return makeList(std::vector<Value>(shape.begin(), shape.end()));
  for (auto [name, dimension] : dimensions)
    if (name == expr.field.text) {
      if (dimension < shape.size())
        return shape[dimension];
      return fail("E0210", expr.field.range,
                  "'" + name + "' is dimension " + llvm::Twine(dimension) + ", which " +
                      builder.typeOf(tensor) + " has not");
    }
  static constexpr llvm::StringRef fields[] = {"batch", "channels", "height",
                                               "width", "rank",     "shape"};
  return fail("E0308", expr.field.range,
              "a tensor has no field '" + expr.field.text + "'; it has " +
                  llvm::join(llvm::ArrayRef(fields), ", "),
              [&](Diagnostic &diagnostic) {
                diagnostic.suggest(expr.field.range, nearestName(expr.field.text, fields));
              });
}

Value Evaluator::evaluateIndex(const IndexExpr &expr) {
  Value base = evaluate(*expr.base);
  std::optional<int64_t> index = evaluateInteger(*expr.index, "an index");
  if (base.isPoison() || !index)
    return {};
  auto *elements = base.elements();
  if (!elements)
    return fail("E0405", expr.base->range,
                "an index takes an element of a list or tuple, not of a " + typeName(base));
  int64_t count = elements->size();
  if (*index < -count || *index >= count)
    return fail("E0505", expr.index->range,
                "index " + llvm::Twine(*index) + " is out of range: there are " +
                    llvm::Twine(count) + " elements");
  return (*elements)[*index < 0 ? *index + count : *index];
}

Value Evaluator::evaluatePipe(const PipeExpr &expr) {
  Value value = evaluate(*expr.source);
  SourceRange range = expr.source->range;
  const Expr *syntax = expr.source.get();
  for (auto &stage : expr.stages) {
    if (!step(stage->range))
      return {};
    value = evaluateCall(*stage, CallArgument{"", {}, std::move(value), range, syntax});
    range = stage->range;
    syntax = nullptr;
  }
  return value;
}

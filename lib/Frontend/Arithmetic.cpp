//===- Arithmetic.cpp - Operators and functions on plain values -----------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Integers are 64-bit and checked, // and % floor, / gives a float. Every float result is finite.
//
//===----------------------------------------------------------------------===//

#include "Value.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace fovea;
using ast::Operator;

llvm::StringRef ast::spelling(Operator op) {
  static constexpr llvm::StringRef spellings[] = {
      "-",  "not", "+",  "-", "*",  "/", "//", "%",   "**",
      "..", "==",  "!=", "<", "<=", ">", ">=", "and", "or"};
  return spellings[static_cast<unsigned>(op)];
}

static Computed overflow() { return {"E0502", "the result does not fit in a 64-bit integer"}; }
static Computed divisionByZero() { return {"E0503", "division by zero"}; }

static Computed finiteResult(double value) {
  if (!std::isfinite(value))
    return {"E0504", "the result is not a finite number"};
  return Value(value);
}

static Computed floorDivide(int64_t lhs, int64_t rhs) {
  if (rhs == 0)
    return divisionByZero();
  if (lhs == INT64_MIN && rhs == -1)
    return overflow();
  int64_t quotient = lhs / rhs;
  bool inexact = lhs % rhs != 0;
  return Value(inexact && ((lhs < 0) != (rhs < 0)) ? quotient - 1 : quotient);
}

static Computed floorModulo(int64_t lhs, int64_t rhs) {
  if (rhs == 0)
    return divisionByZero();
  if (rhs == -1) // INT64_MIN % -1 traps.
    return Value(int64_t(0));
  int64_t rest = lhs % rhs;
  return Value(rest != 0 && ((rest < 0) != (rhs < 0)) ? rest + rhs : rest);
}

static Computed integerPower(int64_t base, int64_t exponent) {
  if (exponent < 0)
    return base == 0 ? divisionByZero() : finiteResult(std::pow(double(base), double(exponent)));
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) && llvm::MulOverflow(result, base, result))
      return overflow();
    exponent >>= 1;
    if (exponent > 0 && llvm::MulOverflow(base, base, base))
      return overflow();
  }
  return Value(result);
}

template <typename Operation>
static Computed checked(Operation operation, int64_t lhs, int64_t rhs) {
  int64_t result;
  return operation(lhs, rhs, result) ? overflow() : Computed(Value(result));
}

static Computed integerArithmetic(Operator op, int64_t lhs, int64_t rhs) {
  switch (op) {
  case Operator::Add:
    return checked(llvm::AddOverflow<int64_t>, lhs, rhs);
  case Operator::Sub:
    return checked(llvm::SubOverflow<int64_t>, lhs, rhs);
  case Operator::Mul:
    return checked(llvm::MulOverflow<int64_t>, lhs, rhs);
  case Operator::Div:
    return rhs == 0 ? divisionByZero() : finiteResult(double(lhs) / double(rhs));
  case Operator::FloorDiv:
    return floorDivide(lhs, rhs);
  case Operator::Mod:
    return floorModulo(lhs, rhs);
  default:
    return integerPower(lhs, rhs);
  }
}

static Computed floatArithmetic(Operator op, double lhs, double rhs) {
  switch (op) {
  case Operator::Add:
    return finiteResult(lhs + rhs);
  case Operator::Sub:
    return finiteResult(lhs - rhs);
  case Operator::Mul:
    return finiteResult(lhs * rhs);
  case Operator::Div:
    return rhs == 0 ? divisionByZero() : finiteResult(lhs / rhs);
  case Operator::FloorDiv:
    return rhs == 0 ? divisionByZero() : finiteResult(std::floor(lhs / rhs));
  case Operator::Mod:
    return rhs == 0 ? divisionByZero() : finiteResult(lhs - std::floor(lhs / rhs) * rhs);
  default:
    return finiteResult(std::pow(lhs, rhs));
  }
}

template <typename T> static bool compare(Operator op, const T &lhs, const T &rhs) {
  switch (op) {
  case Operator::Lt:
    return lhs < rhs;
  case Operator::Le:
    return !(rhs < lhs);
  case Operator::Gt:
    return rhs < lhs;
  default:
    return !(lhs < rhs);
  }
}

static Computed notApplicable(Operator op, const Value &lhs, const Value &rhs) {
  return {"E0501", "'" + ast::spelling(op) + "' does not apply to " + typeName(lhs) + " and " +
                       typeName(rhs)};
}

/// `+` joins lists and strings.
static Computed join(const Value &lhs, const Value &rhs) {
  auto *left = lhs.get<ListValue>(), *right = rhs.get<ListValue>();
  if (left && right) {
    if (left->extent.size + right->extent.size > maxValueSize)
      return {"E0603", "the list would have more than " + llvm::Twine(maxValueSize) + " elements"};
    std::vector<Value> elements = *left->elements;
    elements.insert(elements.end(), right->elements->begin(), right->elements->end());
    return makeList(std::move(elements));
  }
  auto *text = lhs.get<std::string>(), *more = rhs.get<std::string>();
  if (!text || !more)
    return notApplicable(Operator::Add, lhs, rhs);
  if (text->size() + more->size() > maxValueSize)
    return {"E0603",
            "the string would have more than " + llvm::Twine(maxValueSize) + " characters"};
  return Value(*text + *more);
}

static Computed applyComparison(Operator op, const Value &lhs, const Value &rhs) {
  if (lhs.get<int64_t>() && rhs.get<int64_t>())
    return Value(compare(op, *lhs.get<int64_t>(), *rhs.get<int64_t>()));
  if (lhs.number() && rhs.number())
    return Value(compare(op, *lhs.number(), *rhs.number()));
  if (lhs.get<std::string>() && rhs.get<std::string>())
    return Value(compare(op, *lhs.get<std::string>(), *rhs.get<std::string>()));
  return notApplicable(op, lhs, rhs);
}

Computed fovea::applyBinary(Operator op, const Value &lhs, const Value &rhs) {
  if (op == Operator::Eq || op == Operator::Ne)
    return Value(equal(lhs, rhs) == (op == Operator::Eq));
  if (op >= Operator::Lt && op <= Operator::Ge)
    return applyComparison(op, lhs, rhs);
  auto *left = lhs.get<int64_t>(), *right = rhs.get<int64_t>();
  if (op == Operator::Range)
    return left && right ? Computed(Value(RangeValue{*left, *right})) : notApplicable(op, lhs, rhs);
  if (left && right)
    return integerArithmetic(op, *left, *right);
  if (lhs.number() && rhs.number())
    return floatArithmetic(op, *lhs.number(), *rhs.number());
  return op == Operator::Add ? join(lhs, rhs) : notApplicable(op, lhs, rhs);
}

Computed fovea::applyUnary(Operator op, const Value &operand) {
  if (op == Operator::Not && operand.get<bool>())
    return Value(!*operand.get<bool>());
  if (op == Operator::Neg && operand.get<int64_t>())
    return integerArithmetic(Operator::Sub, 0, *operand.get<int64_t>());
  if (op == Operator::Neg && operand.get<double>())
    return Value(-*operand.get<double>());
  return {"E0501", "'" + ast::spelling(op) + "' does not apply to " + typeName(operand)};
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static Computed wrongArgument(llvm::StringRef function, llvm::StringRef expected,
                              const Value &got) {
  return {"E0405", function + "() expects " + expected + ", got " + typeName(got)};
}

static Computed toInteger(double value) {
  if (value < -9223372036854775808.0 || value >= 9223372036854775808.0)
    return overflow();
  return Value(static_cast<int64_t>(value));
}

template <double (*Rounding)(double)> static Computed roundBy(llvm::ArrayRef<Value> arguments) {
  if (arguments[0].get<int64_t>())
    return arguments[0];
  auto *real = arguments[0].get<double>();
  return real ? toInteger(Rounding(*real)) : wrongArgument("rounding", "a number", arguments[0]);
}

/// Half to even, whatever the processor's rounding mode.
static double roundHalfEven(double value) {
  double rounded = std::round(value);
  bool tie = std::fabs(value - std::trunc(value)) == 0.5;
  return tie ? 2.0 * std::round(value / 2.0) : rounded;
}
static double roundDown(double value) { return std::floor(value); }
static double roundUp(double value) { return std::ceil(value); }
static double truncate(double value) { return std::trunc(value); }

static Computed applyFloat(llvm::ArrayRef<Value> arguments) {
  auto number = arguments[0].number();
  return number ? Computed(Value(*number)) : wrongArgument("float", "a number", arguments[0]);
}

static Computed applyAbs(llvm::ArrayRef<Value> arguments) {
  if (auto *integer = arguments[0].get<int64_t>())
    return *integer < 0 ? applyUnary(Operator::Neg, arguments[0]) : Computed(arguments[0]);
  auto *real = arguments[0].get<double>();
  return real ? Computed(Value(std::fabs(*real))) : wrongArgument("abs", "a number", arguments[0]);
}

static Computed applySqrt(llvm::ArrayRef<Value> arguments) {
  auto number = arguments[0].number();
  return number ? finiteResult(std::sqrt(*number))
                : wrongArgument("sqrt", "a number", arguments[0]);
}

static Computed applyLen(llvm::ArrayRef<Value> arguments) {
  if (auto *elements = arguments[0].elements())
    return Value(int64_t(elements->size()));
  if (auto *string = arguments[0].get<std::string>())
    return Value(int64_t(string->size()));
  auto *range = arguments[0].get<RangeValue>();
  if (!range)
    return wrongArgument("len", "a list, tuple, range or string", arguments[0]);
  return range->end <= range->begin ? Computed(Value(int64_t(0)))
                                    : integerArithmetic(Operator::Sub, range->end, range->begin);
}

/// The values that max, min and sum work on: their arguments, or the elements of a single list.
static llvm::ArrayRef<Value> operandsOf(llvm::ArrayRef<Value> arguments) {
  auto *elements = arguments.size() == 1 ? arguments[0].elements() : nullptr;
  return elements ? llvm::ArrayRef<Value>(*elements) : arguments;
}

template <Operator Better> static Computed applyBest(llvm::ArrayRef<Value> arguments) {
  llvm::ArrayRef<Value> values = operandsOf(arguments);
  if (values.empty())
    return {"E0405", "the list is empty"};
  Value best = values[0];
  for (const Value &value : values) {
    Computed better = applyComparison(Better, value, best);
    if (better.failed())
      return better;
    if (*better.value.get<bool>())
      best = value;
  }
  return best;
}

static Computed applySum(llvm::ArrayRef<Value> arguments) {
  Value sum(int64_t(0));
  for (const Value &value : operandsOf(arguments)) {
    if (!value.number())
      return wrongArgument("sum", "numbers", value);
    Computed next = applyBinary(Operator::Add, sum, value);
    if (next.failed())
      return next;
    sum = next.value;
  }
  return sum;
}

llvm::ArrayRef<Builtin> fovea::allBuiltins() {
  static constexpr Builtin builtins[] = {
      {"abs", 1, 1, applyAbs},
      {"ceil", 1, 1, roundBy<roundUp>},
      {"float", 1, 1, applyFloat},
      {"floor", 1, 1, roundBy<roundDown>},
      {"int", 1, 1, roundBy<truncate>},
      {"len", 1, 1, applyLen},
      {"max", 1, 64, applyBest<Operator::Gt>},
      {"min", 1, 64, applyBest<Operator::Lt>},
      {"round", 1, 1, roundBy<roundHalfEven>},
      {"sqrt", 1, 1, applySqrt},
      {"sum", 1, 64, applySum},
  };
  return builtins;
}

const Builtin *fovea::findBuiltin(llvm::StringRef name) {
  for (const Builtin &builtin : allBuiltins())
    if (builtin.name == name)
      return &builtin;
  return nullptr;
}

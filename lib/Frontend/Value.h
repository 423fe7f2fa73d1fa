//===- Value.h - What an expression is worth --------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_FRONTEND_VALUE_H
#define FOVEA_LIB_FRONTEND_VALUE_H

#include "fovea/Frontend/AST.h"
#include "fovea/Frontend/LayerBuilder.h"
#include "fovea/Frontend/Layers.h"
#include <memory>
#include <variant>

namespace fovea {

struct Value;
struct Builtin;
struct SharedInstance;

/// The value of something that failed: whoever meets it stays silent.
struct Poison {};
struct TensorValue {
  TensorId id;
};
struct RangeValue {
  int64_t begin, end;
};
/// How much a value holds; both are bounded, so that a walk over a value ends and does not exhaust
/// the stack.
struct Extent {
  size_t size = 1;    ///< Elements of all levels, the value itself included.
  unsigned depth = 0; ///< Levels below the value.

  /// Takes in an element of the value.
  void add(Extent element);
};
struct ListValue {
  std::shared_ptr<const std::vector<Value>> elements;
  Extent extent;
};
struct TupleValue {
  std::shared_ptr<const std::vector<Value>> elements;
  Extent extent;
};
struct RecordValue {
  std::shared_ptr<const std::vector<std::pair<std::string, Value>>> fields;
  Extent extent;
};
/// Something to call.
struct Callable {
  std::variant<const ast::Definition *, const LayerKind *, const Builtin *,
               std::shared_ptr<const SharedInstance>>
      target;
  Extent extent = {}; ///< Of a shared instance: with its arguments.
};

struct Value {
  std::variant<Poison, int64_t, double, bool, std::string, TensorValue, RangeValue, ListValue,
               TupleValue, RecordValue, Callable>
      data;

  Value() = default;
  template <typename T> Value(T value) : data(std::move(value)) {}

  template <typename T> const T *get() const { return std::get_if<T>(&data); }
  bool isPoison() const { return get<Poison>(); }
  /// The elements of a list or tuple, or null.
  const std::vector<Value> *elements() const;
  /// The number, if it is an int or a float.
  std::optional<double> number() const;
};

/// Elements of all levels that one value may have.
constexpr size_t maxValueSize = 1u << 20;
/// Levels that one value may have.
constexpr unsigned maxValueDepth = 64;

Extent extentOf(const Value &value);
inline size_t sizeOf(const Value &value) { return extentOf(value).size; }
/// Builds them with their extent counted.
Value makeList(std::vector<Value> elements);
Value makeTuple(std::vector<Value> elements);
Value makeRecord(std::vector<std::pair<std::string, Value>> fields);

/// "int", "tensor", "block", ….
llvm::StringRef typeName(const Value &value);
/// As one would write it, shortened to about `limit` characters; tensors by their type.
std::string render(const Value &value, const LayerBuilder &builder, size_t limit = 60);
/// Equality; values of different types differ, but for int and float.
bool equal(const Value &lhs, const Value &rhs);

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// A result, or the code and message of an error.
struct Computed {
  Value value;
  std::string code, message;
  Computed(Value value) : value(std::move(value)) {}
  Computed(llvm::StringRef code, const llvm::Twine &message)
      : code(code.str()), message(message.str()) {}
  bool failed() const { return !code.empty(); }
};

/// Operators on anything but tensors. `and` and `or` are the evaluator's: they may not need both
/// operands.
Computed applyUnary(ast::Operator op, const Value &operand);
Computed applyBinary(ast::Operator op, const Value &lhs, const Value &rhs);

/// A function of the language, like `max`.
struct Builtin {
  llvm::StringLiteral name;
  unsigned minArguments, maxArguments;
  Computed (*apply)(llvm::ArrayRef<Value> arguments);
};
llvm::ArrayRef<Builtin> allBuiltins();
const Builtin *findBuiltin(llvm::StringRef name);

} // namespace fovea

#endif

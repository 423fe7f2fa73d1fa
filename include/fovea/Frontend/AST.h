//===- AST.h - The parsed text of a .cnn file -------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// One node per construct of the language, each with its range in the source. The grammar stands
// above the functions of Parser.cpp and ParseExpression.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_FRONTEND_AST_H
#define FOVEA_FRONTEND_AST_H

#include "fovea/Support/SourceManager.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fovea::ast {

/// A name where it is written.
struct Name {
  std::string text;
  SourceRange range;
};

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

struct Expr {
  enum class Kind {
    Integer,
    Float,
    Bool,
    String,
    NameRef,
    List,
    Tuple,
    Record,
    Unary,
    Binary,
    Conditional,
    Field,
    Index,
    Call,
    Pipe
  };
  Expr(Kind kind, SourceRange range) : kind(kind), range(range) {}
  virtual ~Expr() = default;
  const Kind kind;
  SourceRange range;
  unsigned depth =
      1; ///< Levels of expressions below and including this one; bounded by the parser.
  bool parenthesised = false; ///< Written in parentheses of its own.
};
using ExprPtr = std::unique_ptr<Expr>;

/// What the kinds of expressions have in common: a constructor and classof.
template <typename Derived, Expr::Kind K> struct ExprBase : Expr {
  explicit ExprBase(SourceRange range) : Expr(K, range) {}
  static bool classof(const Expr *expr) { return expr->kind == K; }
};

struct IntegerExpr : ExprBase<IntegerExpr, Expr::Kind::Integer> {
  using ExprBase::ExprBase;
  int64_t value = 0;
};
struct FloatExpr : ExprBase<FloatExpr, Expr::Kind::Float> {
  using ExprBase::ExprBase;
  double value = 0;
};
struct BoolExpr : ExprBase<BoolExpr, Expr::Kind::Bool> {
  using ExprBase::ExprBase;
  bool value = false;
};

/// A string: pieces of text with expressions between them; `texts` has one element more than
/// `values`.
struct StringExpr : ExprBase<StringExpr, Expr::Kind::String> {
  using ExprBase::ExprBase;
  std::vector<std::string> texts;
  std::vector<ExprPtr> values;
};
struct NameExpr : ExprBase<NameExpr, Expr::Kind::NameRef> {
  using ExprBase::ExprBase;
  std::string name;
};
struct ListExpr : ExprBase<ListExpr, Expr::Kind::List> {
  using ExprBase::ExprBase;
  std::vector<ExprPtr> elements;
};
struct TupleExpr : ExprBase<TupleExpr, Expr::Kind::Tuple> {
  using ExprBase::ExprBase;
  std::vector<ExprPtr> elements;
};
struct RecordExpr : ExprBase<RecordExpr, Expr::Kind::Record> {
  using ExprBase::ExprBase;
  std::vector<std::pair<Name, ExprPtr>> fields;
};

enum class Operator {
  Neg,
  Not,
  Add,
  Sub,
  Mul,
  Div,
  FloorDiv,
  Mod,
  Pow,
  Range,
  Eq,
  Ne,
  Lt,
  Le,
  Gt,
  Ge,
  And,
  Or
};
/// As it is written: "//".
llvm::StringRef spelling(Operator op);

struct UnaryExpr : ExprBase<UnaryExpr, Expr::Kind::Unary> {
  using ExprBase::ExprBase;
  Operator op = Operator::Neg;
  ExprPtr operand;
};
struct BinaryExpr : ExprBase<BinaryExpr, Expr::Kind::Binary> {
  using ExprBase::ExprBase;
  Operator op = Operator::Add;
  SourceRange opRange;
  ExprPtr lhs, rhs;
};
/// `value if condition else other`.
struct ConditionalExpr : ExprBase<ConditionalExpr, Expr::Kind::Conditional> {
  using ExprBase::ExprBase;
  ExprPtr condition, value, other;
};
/// `base.field`.
struct FieldExpr : ExprBase<FieldExpr, Expr::Kind::Field> {
  using ExprBase::ExprBase;
  ExprPtr base;
  Name field;
};
struct IndexExpr : ExprBase<IndexExpr, Expr::Kind::Index> {
  using ExprBase::ExprBase;
  ExprPtr base, index;
};

/// `@name(value)` before a call: a wish about how its layers are computed.
struct Hint {
  Name name;
  ExprPtr value;
  SourceRange range;
};

/// An argument of a call; the name is empty for a positional one.
struct Argument {
  Name name;
  ExprPtr value;
};
/// `@hint(value) label: callee(arguments)`. As the stage of a pipe its first argument is the value
/// that comes along the pipe and is not listed. The range begins behind the hints.
struct CallExpr : ExprBase<CallExpr, Expr::Kind::Call> {
  using ExprBase::ExprBase;
  std::vector<Hint> hints;
  ExprPtr label; ///< A StringExpr, also for a label that is a plain name; or null.
  ExprPtr callee;
  std::vector<Argument> arguments;
};
/// `source -> stage -> stage`.
struct PipeExpr : ExprBase<PipeExpr, Expr::Kind::Pipe> {
  using ExprBase::ExprBase;
  ExprPtr source;
  std::vector<std::unique_ptr<CallExpr>> stages;
};

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

struct Stmt {
  enum class Kind { Assign, If, For, Return, Require, Input, Output, Layer, Labels, Unused };
  Stmt(Kind kind, SourceRange range) : kind(kind), range(range) {}
  virtual ~Stmt() = default;
  const Kind kind;
  SourceRange range;
};
using StmtPtr = std::unique_ptr<Stmt>;
using Body = std::vector<StmtPtr>;

template <typename Derived, Stmt::Kind K> struct StmtBase : Stmt {
  explicit StmtBase(SourceRange range) : Stmt(K, range) {}
  static bool classof(const Stmt *stmt) { return stmt->kind == K; }
};

/// `a = value` or, with several targets, `a, b = value`.
struct AssignStmt : StmtBase<AssignStmt, Stmt::Kind::Assign> {
  using StmtBase::StmtBase;
  std::vector<Name> targets;
  ExprPtr value;
};
struct IfStmt : StmtBase<IfStmt, Stmt::Kind::If> {
  using StmtBase::StmtBase;
  struct Branch {
    ExprPtr condition; ///< Null for `else`.
    Body body;
  };
  std::vector<Branch> branches;
};
/// `for a in values { … }` or `for (a, b) in values { … }`.
struct ForStmt : StmtBase<ForStmt, Stmt::Kind::For> {
  using StmtBase::StmtBase;
  std::vector<Name> targets;
  bool destructures = false;
  ExprPtr values;
  Body body;
};
struct ReturnStmt : StmtBase<ReturnStmt, Stmt::Kind::Return> {
  using StmtBase::StmtBase;
  ExprPtr value;
};
/// `require condition, "message"`; the message may be missing.
struct RequireStmt : StmtBase<RequireStmt, Stmt::Kind::Require> {
  using StmtBase::StmtBase;
  ExprPtr condition, message;
};
/// `input name: u8[1, 480, 640, 3] as nhwc`; the layout may be missing.
struct InputStmt : StmtBase<InputStmt, Stmt::Kind::Input> {
  using StmtBase::StmtBase;
  Name name, element;
  SourceRange typeRange;
  std::vector<ExprPtr> shape;
  Name layout; ///< Empty text if missing.
};
/// `output name = value`, or `output name` for a value that has been assigned.
struct OutputStmt : StmtBase<OutputStmt, Stmt::Kind::Output> {
  using StmtBase::StmtBase;
  Name name;
  ExprPtr value;
};
/// `layer head = conv(256, kernel = 3)`: one instance, used as often as it is called.
struct LayerStmt : StmtBase<LayerStmt, Stmt::Kind::Layer> {
  using StmtBase::StmtBase;
  Name name;
  std::unique_ptr<CallExpr> call;
};
/// `labels "imagenet.txt"`: a file with one name per class.
struct LabelsStmt : StmtBase<LabelsStmt, Stmt::Kind::Labels> {
  using StmtBase::StmtBase;
  ExprPtr path;
};
/// `unused "AuxLogits.*"`: weights that a checkpoint may hold although no layer takes them.
struct UnusedStmt : StmtBase<UnusedStmt, Stmt::Kind::Unused> {
  using StmtBase::StmtBase;
  ExprPtr pattern;
};

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

/// `name: type = default in range`; all but the name may be missing.
struct Parameter {
  Name name;
  Name type; ///< Empty text if missing.
  ExprPtr defaultValue;
  ExprPtr range;
};

enum class DefinitionKind { Block, Network, Preset, Function };

/// `block`, `network`, `network name = other(…)` (a preset) or `def name(…) = expression`.
struct Definition {
  DefinitionKind kind = DefinitionKind::Block;
  Name name;
  SourceRange range;
  std::vector<Parameter> parameters;
  Body body;                        ///< Of a block or network.
  std::unique_ptr<CallExpr> preset; ///< Of a preset: its callee is a name.
  ExprPtr value;                    ///< Of a function.
};

struct Import {
  std::string path;
  SourceRange range;
};

struct File {
  unsigned id = SourceRange::nowhere;
  std::vector<Import> imports;
  std::vector<std::unique_ptr<Definition>> definitions;
};

/// Prints a file as an indented tree, one node a line, each with line:column.
void print(const File &file, const SourceManager &sources, llvm::raw_ostream &os);

} // namespace fovea::ast

#endif

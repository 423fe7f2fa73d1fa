//===- AstPrinter.cpp - The AST as an indented tree -----------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Frontend/AST.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;
using namespace fovea::ast;

namespace {
class Printer {
public:
  Printer(const SourceManager &sources, llvm::raw_ostream &os) : sources(sources), os(os) {}

  void print(const File &file);

private:
  /// Begins a line and indents what is printed while it lives.
  class Node {
  public:
    Node(Printer &printer, const llvm::Twine &text, SourceRange range) : printer(printer) {
      printer.os.indent(2 * printer.level++) << text;
      if (range.isValid()) {
        LineColumn place = printer.sources.lineColumn(range);
        printer.os << " @" << place.line << ':' << place.column;
      }
      printer.os << '\n';
    }
    ~Node() { --printer.level; }

  private:
    Printer &printer;
  };

  void print(const Definition &definition);
  void print(const Parameter &parameter);
  void print(const Body &body) {
    for (const StmtPtr &statement : body)
      print(*statement);
  }
  void print(const Stmt &statement);
  void printIf(const IfStmt &statement);
  void print(const Expr *expr);
  void printString(const StringExpr &string);
  void printRecord(const RecordExpr &record);
  void printCall(const CallExpr &call, llvm::StringRef kind);
  void printAll(llvm::StringRef kind, SourceRange range, const std::vector<ExprPtr> &exprs) {
    Node node(*this, kind, range);
    for (const ExprPtr &expr : exprs)
      print(expr.get());
  }
  void printNamed(const llvm::Twine &name, const Expr *expr) {
    if (!expr)
      return;
    Node node(*this, name, {});
    print(expr);
  }

  const SourceManager &sources;
  llvm::raw_ostream &os;
  unsigned level = 0;
};
} // namespace

static std::string quote(llvm::StringRef text) {
  std::string quoted;
  llvm::raw_string_ostream os(quoted);
  os << '"';
  llvm::printEscapedString(text, os);
  os << '"';
  return quoted;
}

static std::string join(const std::vector<Name> &names) {
  return llvm::join(llvm::map_range(names, [](const Name &name) { return name.text; }), ", ");
}

void Printer::print(const File &file) {
  Node node(*this, "File " + quote(sources.name(file.id)), {});
  for (const Import &import : file.imports)
    Node(*this, "Import " + quote(import.path), import.range);
  for (auto &definition : file.definitions)
    print(*definition);
}

void Printer::print(const Definition &definition) {
  static constexpr llvm::StringRef kinds[] = {"Block", "Network", "Preset", "Function"};
  Node node(*this, kinds[static_cast<unsigned>(definition.kind)] + " " + definition.name.text,
            definition.range);
  for (const Parameter &parameter : definition.parameters)
    print(parameter);
  print(definition.body);
  print(definition.preset.get());
  print(definition.value.get());
}

void Printer::print(const Parameter &parameter) {
  std::string type = parameter.type.text.empty() ? "" : ": " + parameter.type.text;
  Node node(*this, "Parameter " + parameter.name.text + type, parameter.name.range);
  printNamed("Default", parameter.defaultValue.get());
  printNamed("In", parameter.range.get());
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void Printer::printIf(const IfStmt &statement) {
  Node node(*this, "If", statement.range);
  for (const IfStmt::Branch &branch : statement.branches) {
    printNamed("Condition", branch.condition.get());
    Node body(*this, branch.condition ? "Then" : "Else", {});
    print(branch.body);
  }
}

void Printer::print(const Stmt &statement) {
  if (auto *assign = llvm::dyn_cast<AssignStmt>(&statement)) {
    Node node(*this, "Assign " + join(assign->targets), statement.range);
    print(assign->value.get());
  } else if (auto *branching = llvm::dyn_cast<IfStmt>(&statement)) {
    printIf(*branching);
  } else if (auto *loop = llvm::dyn_cast<ForStmt>(&statement)) {
    Node node(*this, "For " + join(loop->targets), statement.range);
    printNamed("In", loop->values.get());
    print(loop->body);
  } else if (auto *result = llvm::dyn_cast<ReturnStmt>(&statement)) {
    Node node(*this, "Return", statement.range);
    print(result->value.get());
  } else if (auto *require = llvm::dyn_cast<RequireStmt>(&statement)) {
    Node node(*this, "Require", statement.range);
    print(require->condition.get());
    print(require->message.get());
  } else if (auto *input = llvm::dyn_cast<InputStmt>(&statement)) {
    std::string layout = input->layout.text.empty() ? "" : " as " + input->layout.text;
    printAll("Input " + input->name.text + ": " + input->element.text + layout, statement.range,
             input->shape);
  } else if (auto *output = llvm::dyn_cast<OutputStmt>(&statement)) {
    Node node(*this, "Output " + output->name.text, statement.range);
    print(output->value.get());
  } else if (auto *layer = llvm::dyn_cast<LayerStmt>(&statement)) {
    Node node(*this, "Layer " + layer->name.text, statement.range);
    print(layer->call.get());
  } else if (auto *labels = llvm::dyn_cast<LabelsStmt>(&statement)) {
    Node node(*this, "Labels", statement.range);
    print(labels->path.get());
  } else if (auto *unused = llvm::dyn_cast<UnusedStmt>(&statement)) {
    Node node(*this, "Unused", statement.range);
    print(unused->pattern.get());
  }
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

void Printer::printString(const StringExpr &string) {
  if (string.values.empty()) {
    Node(*this, "String " + quote(string.texts.front()), string.range);
    return;
  }
  Node node(*this, "String", string.range);
  for (auto [i, text] : llvm::enumerate(string.texts)) {
    if (!text.empty())
      Node(*this, "Text " + quote(text), {});
    if (i < string.values.size())
      print(string.values[i].get());
  }
}

void Printer::printRecord(const RecordExpr &record) {
  Node node(*this, "Record", record.range);
  for (auto &[name, value] : record.fields)
    printNamed(name.text, value.get());
}

void Printer::printCall(const CallExpr &call, llvm::StringRef kind) {
  Node node(*this, kind, call.range);
  for (const Hint &hint : call.hints)
    printNamed("Hint " + hint.name.text, hint.value.get());
  printNamed("Label", call.label.get());
  print(call.callee.get());
  for (const Argument &argument : call.arguments) {
    if (argument.name.text.empty())
      print(argument.value.get());
    else
      printNamed(argument.name.text + " =", argument.value.get());
  }
}

void Printer::print(const Expr *expr) {
  if (!expr)
    return;
  SourceRange range = expr->range;
  if (auto *integer = llvm::dyn_cast<IntegerExpr>(expr)) {
    Node(*this, "Integer " + llvm::Twine(integer->value), range);
  } else if (llvm::isa<FloatExpr>(expr)) {
    Node(*this, "Float " + sources.text(range), range);
  } else if (auto *flag = llvm::dyn_cast<BoolExpr>(expr)) {
    Node(*this, flag->value ? "Bool true" : "Bool false", range);
  } else if (auto *string = llvm::dyn_cast<StringExpr>(expr)) {
    printString(*string);
  } else if (auto *name = llvm::dyn_cast<NameExpr>(expr)) {
    Node(*this, "Name " + name->name, range);
  } else if (auto *list = llvm::dyn_cast<ListExpr>(expr)) {
    printAll("List", range, list->elements);
  } else if (auto *tuple = llvm::dyn_cast<TupleExpr>(expr)) {
    printAll("Tuple", range, tuple->elements);
  } else if (auto *record = llvm::dyn_cast<RecordExpr>(expr)) {
    printRecord(*record);
  } else if (auto *unary = llvm::dyn_cast<UnaryExpr>(expr)) {
    Node node(*this, "Unary " + spelling(unary->op), range);
    print(unary->operand.get());
  } else if (auto *binary = llvm::dyn_cast<BinaryExpr>(expr)) {
    Node node(*this, "Binary " + spelling(binary->op), range);
    print(binary->lhs.get());
    print(binary->rhs.get());
  } else if (auto *conditional = llvm::dyn_cast<ConditionalExpr>(expr)) {
    Node node(*this, "Conditional", range);
    printNamed("Condition", conditional->condition.get());
    print(conditional->value.get());
    print(conditional->other.get());
  } else if (auto *field = llvm::dyn_cast<FieldExpr>(expr)) {
    Node node(*this, "Field " + field->field.text, range);
    print(field->base.get());
  } else if (auto *index = llvm::dyn_cast<IndexExpr>(expr)) {
    Node node(*this, "Index", range);
    print(index->base.get());
    print(index->index.get());
  } else if (auto *call = llvm::dyn_cast<CallExpr>(expr)) {
    printCall(*call, "Call");
  } else if (auto *pipe = llvm::dyn_cast<PipeExpr>(expr)) {
    Node node(*this, "Pipe", range);
    print(pipe->source.get());
    for (auto &stage : pipe->stages)
      printCall(*stage, "Stage");
  }
}

void ast::print(const File &file, const SourceManager &sources, llvm::raw_ostream &os) {
  if (file.id != SourceRange::nowhere)
    Printer(sources, os).print(file);
}

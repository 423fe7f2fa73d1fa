//===- Parser.cpp - Definitions and statements ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ParserImpl.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace fovea;
using namespace fovea::ast;

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

SourceRange Parser::take() {
  last = peek().range;
  if (position + 1 < tokens.size())
    ++position;
  return last;
}

bool Parser::accept(Kind kind) {
  if (!at(kind))
    return false;
  take();
  return true;
}

std::string Parser::describeNext() const {
  const Token &token = peek();
  if (token.kind == Kind::End)
    return interpolating ? "'}'" : "the end of the file";
  if (token.kind == Kind::Name || token.kind == Kind::Integer || token.kind == Kind::Float)
    return "'" + sources.text(token.range).take_front(40).str() + "'";
  return describe(token.kind).str();
}

Diagnostic &Parser::error(llvm::StringRef code, SourceRange where, const llvm::Twine &message) {
  if (abandoned)
    return unreported = {};
  return diagnostics.error(code, where, message);
}

bool Parser::expect(Kind kind, llvm::StringRef context) {
  if (accept(kind))
    return true;
  error("E0104", peek().range,
        "expected " + describe(kind) + " " + context + ", got " + describeNext());
  return false;
}

bool Parser::expectName(Name &name, llvm::StringRef what) {
  llvm::StringRef text = sources.text(peek().range);
  if (!at(Kind::Name) || isReservedWord(text)) {
    error("E0104", peek().range, "expected " + what + ", got " + describeNext());
    return false;
  }
  name.text = text.str();
  name.range = take();
  return true;
}

/// Whether a value may begin with the token: then what is missing before it is a comma.
static bool beginsValue(Token::Kind kind) {
  using K = Token::Kind;
  return llvm::is_contained({K::Name, K::Integer, K::Float, K::String, K::LParen, K::LBracket},
                            kind);
}

bool Parser::expectClosing(Kind close, SourceRange open) {
  if (accept(close))
    return true;
  bool unclosed = peek().afterNewline || at(Kind::End) || at(Kind::RBrace) || at(Kind::RParen) ||
                  at(Kind::RBracket) || at(Kind::LBrace);
  bool isBody = close == Kind::RBrace;
  Diagnostic &missing = error(unclosed ? "E0105" : "E0104", peek().range,
                              "expected " + (isBody ? "" : llvm::Twine("',' or ")) +
                                  describe(close) + ", got " + describeNext());
  missing.note(open, llvm::Twine("'") + sources.text(open) + "' is opened here");
  SourceRange here{file, last.end, last.end};
  if (!isBody && !unclosed && beginsValue(peek().kind))
    missing.fix(here, ",");
  else if (!isBody && unclosed)
    missing.fix(here, close == Kind::RParen ? ")" : "]");
  return false;
}

/// Reports a word that begins nothing, with the one that may be meant.
Diagnostic &Parser::unknownWord(const llvm::Twine &message, llvm::ArrayRef<llvm::StringRef> known) {
  Diagnostic &unknown = error("E0104", peek().range, message);
  if (at(Kind::Name))
    unknown.suggest(peek().range, nearestName(sources.text(peek().range), known));
  return unknown;
}

bool Parser::tooDeep(SourceRange where) {
  error("E0108", where,
        "nested more than " + llvm::Twine(maxNesting) + " levels deep; name a part of it first");
  abandoned = true;
  position = tokens.size() - 1;
  return false;
}

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

/// file := { import | definition }
File Parser::parseFile() {
  File result;
  result.id = file;
  while (!at(Kind::End) && !diagnostics.tooManyErrors())
    parseTopLevel(result);
  return result;
}

bool Parser::beginsDefinition() const {
  if (!at(Kind::Name))
    return false;
  Kind next = peek(1).kind, afterNext = peek(2).kind;
  return llvm::StringSwitch<bool>(sources.text(peek().range))
      .Case("import", next == Kind::String)
      .Cases({"block", "def"}, next == Kind::Name && afterNext == Kind::LParen)
      .Case("network",
            next == Kind::Name && (afterNext == Kind::LParen || afterNext == Kind::Assign ||
                                   afterNext == Kind::LBrace))
      .Default(false);
}

void Parser::parseTopLevel(File &result) {
  size_t begin = position;
  if (atWord("import")) {
    if (parseImport(result) && expectEndOfStatement())
      return;
  } else if (atWord("block") || atWord("network") || atWord("def")) {
    auto definition = parseDefinition();
    if (definition) {
      result.definitions.push_back(std::move(definition));
      if (expectEndOfStatement())
        return;
    }
  } else {
    unknownWord("expected 'block', 'network', 'def' or 'import', got " + describeNext(),
                {"block", "network", "def", "import"});
  }
  brackets = 0;
  if (position == begin)
    take();
  while (!at(Kind::End) && !(peek().afterNewline && beginsDefinition()))
    take();
}

/// import := 'import' STRING
bool Parser::parseImport(File &result) {
  SourceRange begin = take();
  if (!at(Kind::String)) {
    error("E0104", peek().range, "expected a file name after 'import', got " + describeNext());
    return false;
  }
  ExprPtr path = parseString();
  if (!path)
    return false;
  auto *string = llvm::cast<StringExpr>(path.get());
  if (!string->values.empty()) {
    error("E0111", string->range, "the name of an imported file is plain text");
    return false;
  }
  result.imports.push_back({string->texts.front(), begin.to(string->range)});
  return true;
}

/// definition := 'block' NAME parameters body | 'network' NAME [ parameters ] body
///             | 'network' NAME '=' call | 'def' NAME parameters '=' pipe
std::unique_ptr<Definition> Parser::parseDefinition() {
  auto definition = std::make_unique<Definition>();
  SourceRange begin = peek().range;
  definition->kind = llvm::StringSwitch<DefinitionKind>(sources.text(take()))
                         .Case("block", DefinitionKind::Block)
                         .Case("def", DefinitionKind::Function)
                         .Default(DefinitionKind::Network);
  if (!expectName(definition->name, "the name of the " + sources.text(begin).str()))
    return nullptr;
  bool isNetwork = definition->kind == DefinitionKind::Network;
  bool hasParameters = !isNetwork || at(Kind::LParen);
  if (hasParameters && !parseParameters(definition->parameters))
    return nullptr;
  if (isNetwork && !hasParameters && at(Kind::Assign))
    definition->kind = DefinitionKind::Preset;
  if (!parseDefinitionBody(*definition))
    return nullptr;
  definition->range = begin.to(lastRange());
  return definition;
}

bool Parser::parseDefinitionBody(Definition &definition) {
  bool isPreset = definition.kind == DefinitionKind::Preset;
  if (!isPreset && definition.kind != DefinitionKind::Function)
    return parseBody(definition.body);
  if (!expect(Kind::Assign, "after the parameters"))
    return false;
  ExprPtr value = parsePipe();
  if (!value)
    return false;
  if (!isPreset) {
    definition.value = std::move(value);
    return true;
  }
  auto *call = llvm::dyn_cast<CallExpr>(value.get());
  if (!call || !llvm::isa<NameExpr>(*call->callee)) {
    error("E0104", value->range, "a network is given as 'network name = other(arguments)'");
    return false;
  }
  value.release();
  definition.preset.reset(call);
  return true;
}

/// parameters := '(' [ parameter { ',' parameter } [ ',' ] ] ')'
bool Parser::parseParameters(std::vector<Parameter> &parameters) {
  SourceRange open = peek().range;
  return expect(Kind::LParen, "before the parameters") && parseSequence(open, Kind::RParen, [&] {
           parameters.emplace_back();
           if (parameters.size() <= maxParameters)
             return parseParameter(parameters.back());
           error("E0112", peek().range,
                 "a definition has at most " + llvm::Twine(maxParameters) + " parameters");
           return false;
         });
}

/// parameter := NAME [ ':' type ] [ '=' expr ] [ 'in' expr ]
/// type      := 'int' | 'float' | 'bool' | 'string' | 'list' | 'tensor' | 'block'
bool Parser::parseParameter(Parameter &parameter) {
  static constexpr llvm::StringRef types[] = {"int",  "float",  "bool", "string",
                                              "list", "tensor", "block"};
  if (!expectName(parameter.name, "the name of a parameter"))
    return false;
  if (accept(Kind::Colon)) {
    if (!expectName(parameter.type, "a type"))
      return false;
    if (!llvm::is_contained(types, llvm::StringRef(parameter.type.text))) {
      error("E0301", parameter.type.range,
            "unknown type '" + parameter.type.text +
                "'; types are int, float, bool, string, list, tensor, block")
          .suggest(parameter.type.range, nearestName(parameter.type.text, types));
      parameter.type = {};
    }
  }
  if (accept(Kind::Assign) && !(parameter.defaultValue = parseExpr()))
    return false;
  if (!atWord("in"))
    return true;
  take();
  return (parameter.range = parseExpr()) != nullptr;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

/// body := '{' { statement } '}'
bool Parser::parseBody(Body &body) {
  SourceRange open = peek().range;
  if (!expect(Kind::LBrace, "before the statements"))
    return false;
  Nesting level(*this);
  if (nesting > maxNesting)
    return tooDeep(open);
  while (!at(Kind::RBrace) && !at(Kind::End) && !diagnostics.tooManyErrors()) {
    // A definition cannot stand in a body: rather the closing brace was forgotten.
    if (peek().afterNewline && beginsDefinition())
      break;
    size_t begin = position;
    StmtPtr statement = parseStatement();
    if (statement && expectEndOfStatement())
      body.push_back(std::move(statement));
    else
      recover(begin);
  }
  return expectClosing(Kind::RBrace, open);
}

bool Parser::expectEndOfStatement() {
  if (at(Kind::End) || at(Kind::RBrace) || peek().afterNewline)
    return true;
  error("E0104", peek().range, "expected the end of the line, got " + describeNext());
  return false;
}

/// Goes on with the next line, or the end of the body, after a statement that could not be parsed.
void Parser::recover(size_t begin) {
  brackets = 0;
  pendingLabel = nullptr;
  pendingHints.clear();
  if (position == begin && !at(Kind::RBrace))
    take();
  unsigned braces = 0;
  while (!at(Kind::End)) {
    if (braces == 0 && (at(Kind::RBrace) || peek().afterNewline))
      return;
    if (at(Kind::LBrace))
      ++braces;
    if (at(Kind::RBrace))
      --braces;
    take();
  }
}

StmtPtr Parser::parseStatement() {
  SourceRange begin = peek().range;
  StmtPtr statement = parseStatementKind();
  if (statement)
    statement->range = begin.to(lastRange());
  return statement;
}

/// statement := if | for | return | require | input | output | layer | labels | unused | assignment
StmtPtr Parser::parseStatementKind() {
  llvm::StringRef word = at(Kind::Name) ? sources.text(peek().range) : "";
  Kind next = peek(1).kind;
  bool assigns = next == Kind::Assign || next == Kind::Comma;
  if (!word.empty() && !isReservedWord(word) && assigns)
    return parseAssignment();
  using Parse = StmtPtr (Parser::*)();
  Parse parse = llvm::StringSwitch<Parse>(word)
                    .Case("if", &Parser::parseIf)
                    .Case("for", &Parser::parseFor)
                    .Case("return", &Parser::parseReturn)
                    .Case("require", &Parser::parseRequire)
                    .Case("input", &Parser::parseInput)
                    .Case("output", &Parser::parseOutput)
                    .Case("layer", &Parser::parseLayer)
                    .Case("labels", &Parser::parseLabels)
                    .Case("unused", &Parser::parseUnused)
                    .Cases({"elif", "elsif", "elseif"}, &Parser::parseElseIf)
                    .Default(&Parser::parseUnusedValue);
  return (this->*parse)();
}

/// if := 'if' expr body { 'else' 'if' expr body } [ 'else' body ]
StmtPtr Parser::parseIf() {
  auto statement = std::make_unique<IfStmt>(take());
  while (true) {
    IfStmt::Branch branch;
    if (!(branch.condition = parseExpr()))
      return nullptr;
    if (at(Kind::Assign)) {
      error("E0104", peek().range, "a condition compares by '=='; '=' assigns")
          .fix(peek().range, "==");
      return nullptr;
    }
    if (!parseBody(branch.body))
      return nullptr;
    statement->branches.push_back(std::move(branch));
    if (!atWord("else"))
      return statement;
    take();
    if (!atWord("if"))
      break;
    take();
  }
  IfStmt::Branch otherwise;
  if (!parseBody(otherwise.body))
    return nullptr;
  statement->branches.push_back(std::move(otherwise));
  return statement;
}

/// for := 'for' ( names | '(' names ')' ) 'in' expr body
StmtPtr Parser::parseFor() {
  auto statement = std::make_unique<ForStmt>(take());
  SourceRange open = peek().range;
  bool bracketed = accept(Kind::LParen);
  if (!parseNames(statement->targets) || (bracketed && !expectClosing(Kind::RParen, open)))
    return nullptr;
  statement->destructures = bracketed || statement->targets.size() > 1;
  if (!atWord("in")) {
    Diagnostic &missing = error("E0104", peek().range, "expected 'in', got " + describeNext());
    if (at(Kind::Assign))
      missing.fix(peek().range, "in");
    return nullptr;
  }
  take();
  if (!(statement->values = parseExpr()) || !parseBody(statement->body))
    return nullptr;
  return statement;
}

/// names := NAME { ',' NAME }
bool Parser::parseNames(std::vector<Name> &names) {
  do {
    names.emplace_back();
    if (!expectName(names.back(), "a name"))
      return false;
  } while (accept(Kind::Comma));
  return true;
}

/// return := 'return' right-hand-side
StmtPtr Parser::parseReturn() {
  auto statement = std::make_unique<ReturnStmt>(take());
  statement->value = parseRightHandSide();
  return statement->value ? std::move(statement) : nullptr;
}

/// require := 'require' expr [ ',' STRING ]
StmtPtr Parser::parseRequire() {
  auto statement = std::make_unique<RequireStmt>(take());
  if (!(statement->condition = parseExpr()))
    return nullptr;
  if (accept(Kind::Comma) && !(statement->message = parseExpr()))
    return nullptr;
  return statement;
}

/// input := 'input' NAME ':' NAME '[' expr { ',' expr } ']' [ 'as' NAME ]
StmtPtr Parser::parseInput() {
  auto statement = std::make_unique<InputStmt>(take());
  if (!expectName(statement->name, "the name of the input") ||
      !expect(Kind::Colon, "and a type like f32[1, 3, 224, 224]") ||
      !expectName(statement->element, "an element type"))
    return nullptr;
  SourceRange open = peek().range;
  bool done = expect(Kind::LBracket, "and a shape after the element type") &&
              parseSequence(open, Kind::RBracket, [&] {
                statement->shape.push_back(parseExpr());
                return statement->shape.back() != nullptr;
              });
  statement->typeRange = statement->element.range.to(lastRange());
  if (done && atWord("as") && !atLineEnd()) {
    take();
    if (atLineEnd())
      error("E0104", lastRange(), "expected the layout, nchw or nhwc, after 'as'");
    done = !atLineEnd() && expectName(statement->layout, "the layout, nchw or nhwc, after 'as'");
  }
  return done ? std::move(statement) : nullptr;
}

/// output := 'output' NAME [ '=' right-hand-side ]
StmtPtr Parser::parseOutput() {
  auto statement = std::make_unique<OutputStmt>(take());
  if (!expectName(statement->name, "the name of the output"))
    return nullptr;
  if (accept(Kind::Assign)) {
    statement->value = parseRightHandSide();
  } else {
    auto value = std::make_unique<NameExpr>(statement->name.range);
    value->name = statement->name.text;
    statement->value = std::move(value);
  }
  return statement->value ? std::move(statement) : nullptr;
}

/// layer := 'layer' NAME '=' call
StmtPtr Parser::parseLayer() {
  auto statement = std::make_unique<LayerStmt>(take());
  if (!expectName(statement->name, "the name of the layer") ||
      !expect(Kind::Assign, "after the name of the layer"))
    return nullptr;
  ExprPtr value = parsePipe(Prefix::Hints);
  if (!value)
    return nullptr;
  if (!llvm::isa<CallExpr>(*value)) {
    error("E0104", value->range, "expected a call like conv(64, kernel = 3)");
    return nullptr;
  }
  statement->call.reset(llvm::cast<CallExpr>(value.release()));
  return statement;
}

/// labels := 'labels' STRING
StmtPtr Parser::parseLabels() {
  auto statement = std::make_unique<LabelsStmt>(take());
  statement->path = parseText("the name of a file in quotes after 'labels'");
  return statement->path ? std::move(statement) : nullptr;
}

/// unused := 'unused' STRING
StmtPtr Parser::parseUnused() {
  auto statement = std::make_unique<UnusedStmt>(take());
  statement->pattern = parseText("a pattern in quotes, as \"aux.*\", after 'unused'");
  return statement->pattern ? std::move(statement) : nullptr;
}

ExprPtr Parser::parseText(llvm::StringRef what) {
  if (at(Kind::String) && !atLineEnd())
    return parseString();
  error("E0104", peek().range, "expected " + what + ", got " + describeNext());
  return nullptr;
}

/// assignment := names '=' right-hand-side
StmtPtr Parser::parseAssignment() {
  auto statement = std::make_unique<AssignStmt>(peek().range);
  if (!parseNames(statement->targets) || !expect(Kind::Assign, "after the names"))
    return nullptr;
  statement->value = parseRightHandSide();
  return statement->value ? std::move(statement) : nullptr;
}

/// Other languages' word for 'else if'.
StmtPtr Parser::parseElseIf() {
  error("E0104", peek().range, "expected a statement; another condition is 'else if'")
      .fix(peek().range, "else if");
  return nullptr;
}

StmtPtr Parser::parseUnusedValue() {
  static constexpr llvm::StringRef words[] = {"if",     "for",   "return", "require", "input",
                                              "output", "layer", "labels", "unused",  "else"};
  // Two words in a row: the first is to be a statement's.
  if (at(Kind::Name) && !isReservedWord(sources.text(peek().range)) && !peek(1).afterNewline &&
      (peek(1).kind == Kind::Name || peek(1).kind == Kind::String)) {
    unknownWord("expected a statement, got " + describeNext(), words);
    return nullptr;
  }
  ExprPtr value = parsePipe();
  if (value)
    error("E0110", value->range,
          "expected a statement; this value is computed but not used: write 'name = …'");
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Entry
//===----------------------------------------------------------------------===//

File fovea::parseFile(unsigned file, DiagnosticEngine &diagnostics) {
  return Parser(file, diagnostics).parseFile();
}

ExprPtr fovea::parseExpression(unsigned file, DiagnosticEngine &diagnostics) {
  return Parser(file, diagnostics).parseLoneExpression();
}

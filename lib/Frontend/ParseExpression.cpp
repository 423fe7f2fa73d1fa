//===- ParseExpression.cpp - Pipes, calls and expressions -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "ParserImpl.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace fovea;
using namespace fovea::ast;

ExprPtr Parser::parseLoneExpression() {
  ExprPtr value = parseExpr();
  if (value && !at(Kind::End)) {
    error("E0104", peek().range, "expected the end of the value, got " + describeNext());
    return nullptr;
  }
  return value;
}

bool Parser::deepen(Expr &expr, const Expr &child) {
  expr.depth = std::max(expr.depth, child.depth + 1);
  return expr.depth <= maxNesting || tooDeep(expr.range);
}

ExprPtr Parser::finish(ExprPtr expr, std::initializer_list<const Expr *> children) {
  expr->range = expr->range.to(lastRange());
  for (const Expr *child : children)
    if (!deepen(*expr, *child))
      return nullptr;
  return expr;
}

//===----------------------------------------------------------------------===//
// Pipes
//===----------------------------------------------------------------------===//

/// right-hand-side := prefix pipe { ',' prefix pipe }
/// prefix          := { hint } [ label ]
ExprPtr Parser::parseRightHandSide() {
  SourceRange begin = peek().range;
  ExprPtr first = parsePipe(Prefix::HintsAndLabel);
  if (!first || !at(Kind::Comma))
    return first;
  auto tuple = std::make_unique<TupleExpr>(begin);
  deepen(*tuple, *first);
  tuple->elements.push_back(std::move(first));
  while (accept(Kind::Comma)) {
    ExprPtr next = parsePipe(Prefix::HintsAndLabel);
    if (!next || !deepen(*tuple, *next))
      return nullptr;
    tuple->elements.push_back(std::move(next));
  }
  return finish(std::move(tuple), {});
}

bool Parser::atLabel() const {
  return (at(Kind::Name) || at(Kind::String)) && peek(1).kind == Kind::Colon;
}

/// label := ( NAME | STRING ) ':'
ExprPtr Parser::parseLabel() {
  ExprPtr label;
  if (at(Kind::String)) {
    label = parseString();
  } else {
    auto name = std::make_unique<StringExpr>(peek().range);
    name->texts.push_back(sources.text(take()).str());
    label = std::move(name);
  }
  accept(Kind::Colon);
  return label;
}

/// What may follow an operand and bind it: these end a pipe only in parentheses.
static bool continuesExpression(Token::Kind kind) {
  return kind >= Token::Kind::Plus || kind == Token::Kind::DotDot;
}

ExprPtr Parser::pipeNeedsParentheses(SourceRange pipe) {
  error("E0106", peek().range,
        "'->' binds loosest: add parentheses around the pipe before " + describeNext())
      .underline(pipe)
      .fix({file, pipe.begin, pipe.begin}, "(")
      .fix({file, pipe.end, pipe.end}, ")");
  return nullptr;
}

/// hint := '@' NAME '(' pipe ')'
bool Parser::parseHint(Hint &hint) {
  SourceRange begin = take();
  if (!expectName(hint.name, "the name of a hint"))
    return false;
  SourceRange open = peek().range;
  if (!expect(Kind::LParen, "and a value, as in @algorithm(\"im2col\")"))
    return false;
  ++brackets;
  if (!(hint.value = parsePipe()))
    return false;
  --brackets;
  if (!expectClosing(Kind::RParen, open))
    return false;
  hint.range = begin.to(lastRange());
  return true;
}

bool Parser::parseHints(std::vector<Hint> &hints) {
  while (at(Kind::At)) {
    Hint hint;
    if (!parseHint(hint))
      return false;
    hints.push_back(std::move(hint));
  }
  return true;
}

/// `label: @hint(…) call`: the other way round is right.
bool Parser::rejectLateHint(SourceRange label) {
  SourceRange begin = peek().range;
  std::vector<Hint> hints;
  if (!parseHints(hints))
    return false;
  SourceRange late = begin.to(lastRange()), next = peek().range;
  error("E0113", late, "a hint stands before the label")
      .fix({file, label.begin, label.begin}, sources.text(late) + " ")
      .fix({file, begin.begin, next.begin}, "");
  return false;
}

/// The hints and the label before the call that begins a pipe; they wait for that call.
bool Parser::parsePrefix(Prefix allowed) {
  SourceRange begin = peek().range;
  std::vector<Hint> hints;
  if (!parseHints(hints))
    return false;
  bool hinted = !hints.empty();
  if (hinted && (allowed == Prefix::None || !at(Kind::Name)) && !atLabel()) {
    error("E0113", begin.to(lastRange()),
          "a hint stands after '->', or before the call that begins a right-hand side");
    return false;
  }
  if (atLabel()) {
    SourceRange range = peek().range;
    ExprPtr label = parseLabel();
    if (!label)
      return false;
    if (at(Kind::At))
      return rejectLateHint(range);
    if (allowed != Prefix::HintsAndLabel || !at(Kind::Name)) {
      error("E0107", range,
            "a label stands after '->', or before the call that begins a right-hand side");
      return false;
    }
    pendingLabel = std::move(label);
  }
  pendingHints = std::move(hints);
  return true;
}

/// pipe := expr { '->' stage }
ExprPtr Parser::parsePipe(Prefix allowed) {
  SourceRange begin = peek().range;
  if ((at(Kind::At) || atLabel()) && !parsePrefix(allowed))
    return nullptr;
  ExprPtr source = parseExpr();
  if (!source || !at(Kind::Arrow))
    return source;
  if (llvm::isa<ConditionalExpr>(*source) && !source->parenthesised) {
    error("E0106", peek().range, "a pipe after 'if … else' is ambiguous: add parentheses")
        .underline(source->range)
        .fix({file, source->range.begin, source->range.begin}, "(")
        .fix({file, source->range.end, source->range.end}, ")");
    return nullptr;
  }
  auto pipe = std::make_unique<PipeExpr>(begin);
  if (!deepen(*pipe, *source))
    return nullptr;
  pipe->source = std::move(source);
  return parseStages(*pipe) ? finish(std::move(pipe), {}) : nullptr;
}

bool Parser::parseStages(PipeExpr &pipe) {
  while (accept(Kind::Arrow)) {
    auto stage = parseStage();
    if (!stage || !deepen(pipe, *stage))
      return false;
    pipe.stages.push_back(std::move(stage));
  }
  bool goesOn = continuesExpression(peek().kind) || at(Kind::LBracket) || at(Kind::Dot) ||
                atWord("if") || atWord("and") || atWord("or");
  if (goesOn && !atLineEnd())
    return pipeNeedsParentheses(pipe.range.to(lastRange())) != nullptr;
  return true;
}

/// stage := prefix NAME { '.' NAME | '[' pipe ']' } [ '(' arguments ')' ]
std::unique_ptr<CallExpr> Parser::parseStage() {
  std::vector<Hint> hints;
  if (!parseHints(hints))
    return nullptr;
  auto stage = std::make_unique<CallExpr>(peek().range);
  stage->hints = std::move(hints);
  for (const Hint &hint : stage->hints)
    if (!deepen(*stage, *hint.value))
      return nullptr;
  SourceRange prefix = peek().range;
  if (atLabel() && !(stage->label = parseLabel()))
    return nullptr;
  if (at(Kind::At) && !rejectLateHint(prefix))
    return nullptr;
  if (!at(Kind::Name)) {
    Diagnostic &missing =
        error("E0104", peek().range, "expected a layer or block after '->', got " + describeNext());
    if (at(Kind::String) && peek(1).kind == Kind::Name)
      missing.fix({file, peek().range.end, peek().range.end}, ":");
    return nullptr;
  }
  ExprPtr callee = parseName();
  if (!callee || !(callee = parsePostfixOf(std::move(callee), /*callsAllowed=*/false)))
    return nullptr;
  if (at(Kind::Name) && !peek().afterNewline && peek(1).kind == Kind::LParen && !stage->label) {
    error("E0104", peek().range,
          "expected '->' or the end of the line, got " + describeNext() + "; a label ends in ':'")
        .fix({file, last.end, last.end}, ":");
    return nullptr;
  }
  bool deepEnough = deepen(*stage, *callee);
  stage->callee = std::move(callee);
  if (!deepEnough || (at(Kind::LParen) && !atLineEnd() && !parseArguments(*stage)))
    return nullptr;
  stage->range = stage->range.to(lastRange());
  return stage;
}

/// arguments := [ argument { ',' argument } [ ',' ] ]
/// argument  := [ NAME '=' ] pipe
bool Parser::parseArguments(CallExpr &call) {
  SourceRange open = take();
  return parseSequence(open, Kind::RParen, [&] {
    Argument argument;
    if (!parseArgument(argument) || !deepen(call, *argument.value))
      return false;
    call.arguments.push_back(std::move(argument));
    return true;
  });
}

bool Parser::parseArgument(Argument &argument) {
  if (at(Kind::Name) && peek(1).kind == Kind::Assign) {
    if (!expectName(argument.name, "the name of an argument"))
      return false;
    take();
  } else if (at(Kind::Name) && atLabel()) {
    bool beforeCall = peek(2).kind == Kind::Name && peek(3).kind == Kind::LParen;
    if (!beforeCall) {
      error("E0107", peek(1).range,
            "an argument is written '" + sources.text(peek().range) + " = …'; ':' ends a label")
          .fix(peek(1).range, " =");
      return false;
    }
  }
  return (argument.value = parsePipe()) != nullptr;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

/// expr := binary [ 'if' binary 'else' expr ]
ExprPtr Parser::parseExpr() {
  Nesting level(*this);
  if (nesting > maxNesting) {
    tooDeep(peek().range);
    return nullptr;
  }
  SourceRange begin = peek().range;
  ExprPtr value = parseBinary(0);
  if (!value || !atWord("if") || atLineEnd())
    return value;
  take();
  auto conditional = std::make_unique<ConditionalExpr>(begin);
  conditional->value = std::move(value);
  if (!(conditional->condition = parseBinary(0)))
    return nullptr;
  if (at(Kind::Arrow))
    return pipeNeedsParentheses(conditional->condition->range);
  if (!atWord("else")) {
    error("E0104", peek().range,
          "expected 'else' and the value for the other case, got " + describeNext());
    return nullptr;
  }
  take();
  if (!(conditional->other = parseExpr()))
    return nullptr;
  const Expr *children[] = {conditional->value.get(), conditional->condition.get(),
                            conditional->other.get()};
  return finish(std::move(conditional), {children[0], children[1], children[2]});
}

namespace {
struct BinaryOperator {
  Operator op;
  unsigned precedence;
};
} // namespace

constexpr unsigned notPrecedence = 3;
constexpr unsigned comparePrecedence = 4;
constexpr unsigned rangePrecedence = 5;

static std::optional<BinaryOperator> binaryOperator(const Token &token, llvm::StringRef text) {
  using K = Token::Kind;
  switch (token.kind) {
  case K::Name:
    if (text == "or")
      return BinaryOperator{Operator::Or, 1};
    if (text == "and")
      return BinaryOperator{Operator::And, 2};
    return std::nullopt;
  case K::Equal:
    return BinaryOperator{Operator::Eq, comparePrecedence};
  case K::NotEqual:
    return BinaryOperator{Operator::Ne, comparePrecedence};
  case K::Less:
    return BinaryOperator{Operator::Lt, comparePrecedence};
  case K::LessEqual:
    return BinaryOperator{Operator::Le, comparePrecedence};
  case K::Greater:
    return BinaryOperator{Operator::Gt, comparePrecedence};
  case K::GreaterEqual:
    return BinaryOperator{Operator::Ge, comparePrecedence};
  case K::DotDot:
    return BinaryOperator{Operator::Range, rangePrecedence};
  case K::Plus:
    return BinaryOperator{Operator::Add, 6};
  case K::Minus:
    return BinaryOperator{Operator::Sub, 6};
  case K::Star:
    return BinaryOperator{Operator::Mul, 7};
  case K::Slash:
    return BinaryOperator{Operator::Div, 7};
  case K::SlashSlash:
    return BinaryOperator{Operator::FloorDiv, 7};
  case K::Percent:
    return BinaryOperator{Operator::Mod, 7};
  default:
    return std::nullopt;
  }
}

/// binary     := and { 'or' and }
/// and        := not { 'and' not }
/// not        := 'not' not | comparison
/// comparison := range [ ( '==' | '!=' | '<' | '<=' | '>' | '>=' ) range ]
/// range      := sum [ '..' sum ]
/// sum        := product { ( '+' | '-' ) product }
/// product    := unary { ( '*' | '/' | '//' | '%' ) unary }
ExprPtr Parser::parseBinary(unsigned minPrecedence) {
  Nesting level(*this);
  if (nesting > maxNesting) {
    tooDeep(peek().range);
    return nullptr;
  }
  SourceRange begin = peek().range;
  ExprPtr lhs = parseUnary();
  while (lhs && !atLineEnd()) {
    auto found = binaryOperator(peek(), sources.text(peek().range));
    if (!found || found->precedence < minPrecedence)
      break;
    auto binary = std::make_unique<BinaryExpr>(begin);
    binary->op = found->op;
    binary->opRange = take();
    binary->lhs = std::move(lhs);
    if (!(binary->rhs = parseBinary(found->precedence + 1)))
      return nullptr;
    const Expr *left = binary->lhs.get(), *right = binary->rhs.get();
    lhs = finish(std::move(binary), {left, right});
    bool chains = found->precedence == comparePrecedence || found->precedence == rangePrecedence;
    auto next = binaryOperator(peek(), sources.text(peek().range));
    if (lhs && chains && next && next->precedence == found->precedence && !atLineEnd()) {
      error("E0104", peek().range,
            llvm::Twine("'") + sources.text(peek().range) +
                "' does not chain; use 'and' or parentheses");
      return nullptr;
    }
  }
  return lhs;
}

/// unary := '-' unary | power; and 'not', which binds like its place in the grammar above
ExprPtr Parser::parseUnary() {
  bool isNot = atWord("not");
  if (!isNot && !at(Kind::Minus))
    return parsePower();
  Nesting level(*this);
  if (nesting > maxNesting) {
    tooDeep(peek().range);
    return nullptr;
  }
  auto unary = std::make_unique<UnaryExpr>(take());
  unary->op = isNot ? Operator::Not : Operator::Neg;
  unary->operand = isNot ? parseBinary(notPrecedence) : parseUnary();
  if (!unary->operand)
    return nullptr;
  const Expr *operand = unary->operand.get();
  return finish(std::move(unary), {operand});
}

/// power := postfix [ '**' unary ]
ExprPtr Parser::parsePower() {
  SourceRange begin = peek().range;
  ExprPtr base = parsePostfix();
  if (!base || !at(Kind::StarStar) || atLineEnd())
    return base;
  Nesting level(*this);
  if (nesting > maxNesting) {
    tooDeep(peek().range);
    return nullptr;
  }
  auto power = std::make_unique<BinaryExpr>(begin);
  power->op = Operator::Pow;
  power->opRange = take();
  power->lhs = std::move(base);
  if (!(power->rhs = parseUnary()))
    return nullptr;
  const Expr *left = power->lhs.get(), *right = power->rhs.get();
  return finish(std::move(power), {left, right});
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

ExprPtr Parser::parsePostfix() {
  ExprPtr label = std::exchange(pendingLabel, nullptr);
  std::vector<Hint> hints = std::exchange(pendingHints, {});
  ExprPtr value = parsePrimary();
  if (value)
    value = parsePostfixOf(std::move(value), /*callsAllowed=*/true);
  if (!value || (!label && hints.empty()))
    return value;
  auto *call = llvm::dyn_cast<CallExpr>(value.get());
  if (!call || call->parenthesised) {
    llvm::StringRef what = label ? "label" : "hint";
    error(label ? "E0107" : "E0113", label ? label->range : hints.front().range,
          "a " + what + " stands before a call; in a pipe it stands after '->'")
        .underline(value->range);
    return nullptr;
  }
  for (const Hint &hint : hints)
    if (!deepen(*call, *hint.value))
      return nullptr;
  call->hints = std::move(hints);
  if (label)
    call->range = label->range.to(call->range);
  call->label = std::move(label);
  return value;
}

/// postfix := primary { '(' arguments ')' | '[' expr ']' | '.' NAME }
ExprPtr Parser::parsePostfixOf(ExprPtr base, bool callsAllowed) {
  while (base && !atLineEnd()) {
    const Expr *inner = base.get();
    if (at(Kind::LParen) && callsAllowed) {
      auto call = std::make_unique<CallExpr>(base->range);
      call->callee = std::move(base);
      if (!parseArguments(*call))
        return nullptr;
      base = finish(std::move(call), {inner});
    } else if (at(Kind::LBracket)) {
      auto index = std::make_unique<IndexExpr>(base->range);
      index->base = std::move(base);
      SourceRange open = take();
      ++brackets;
      if (!(index->index = parsePipe()))
        return nullptr;
      --brackets;
      if (!expectClosing(Kind::RBracket, open))
        return nullptr;
      const Expr *position = index->index.get();
      base = finish(std::move(index), {inner, position});
    } else if (at(Kind::Dot)) {
      auto field = std::make_unique<FieldExpr>(base->range);
      take();
      field->base = std::move(base);
      if (!expectName(field->field, "the name of a field"))
        return nullptr;
      base = finish(std::move(field), {inner});
    } else {
      return base;
    }
  }
  return base;
}

/// primary := INTEGER | FLOAT | STRING | NAME | 'true' | 'false' | list | parentheses
ExprPtr Parser::parsePrimary() {
  switch (peek().kind) {
  case Kind::Integer:
  case Kind::Float:
    return parseNumber();
  case Kind::String:
    return parseString();
  case Kind::Name:
    return parseName();
  case Kind::LBracket:
    return parseList();
  case Kind::LParen:
    return parseParentheses();
  default:
    error("E0104", peek().range, "expected a value, got " + describeNext());
    return nullptr;
  }
}

ExprPtr Parser::parseNumber() {
  bool isInteger = at(Kind::Integer);
  SourceRange range = take();
  llvm::StringRef text = sources.text(range);
  if (isInteger) {
    auto integer = std::make_unique<IntegerExpr>(range);
    if (!text.getAsInteger(10, integer->value))
      return integer;
    error("E0103", range, "the integer does not fit in 64 bits");
    return nullptr;
  }
  auto number = std::make_unique<FloatExpr>(range);
  if (!text.getAsDouble(number->value) && std::isfinite(number->value))
    return number;
  error("E0103", range, "the number is too large");
  return nullptr;
}

ExprPtr Parser::parseName() {
  llvm::StringRef word = sources.text(peek().range);
  if (word == "true" || word == "false") {
    auto value = std::make_unique<BoolExpr>(take());
    value->value = word == "true";
    return value;
  }
  Name name;
  if (!expectName(name, "a value"))
    return nullptr;
  auto value = std::make_unique<NameExpr>(name.range);
  value->name = std::move(name.text);
  return value;
}

/// list := '[' [ pipe { ',' pipe } [ ',' ] ] ']'
ExprPtr Parser::parseList() {
  auto list = std::make_unique<ListExpr>(peek().range);
  bool done = parseSequence(take(), Kind::RBracket, [&] {
    ExprPtr element = parsePipe();
    if (!element || !deepen(*list, *element))
      return false;
    list->elements.push_back(std::move(element));
    return true;
  });
  return done ? finish(std::move(list), {}) : nullptr;
}

/// parentheses := '(' pipe ')' | tuple | record
ExprPtr Parser::parseParentheses() {
  SourceRange open = take();
  if (at(Kind::Name) && peek(1).kind == Kind::Assign)
    return parseRecord(open);
  ++brackets;
  ExprPtr value = parsePipe();
  if (!value)
    return nullptr;
  if (at(Kind::Comma))
    return parseTuple(open, std::move(value));
  --brackets;
  if (!expectClosing(Kind::RParen, open))
    return nullptr;
  value->parenthesised = true;
  return value;
}

/// tuple := '(' pipe ',' [ pipe { ',' pipe } [ ',' ] ] ')'
ExprPtr Parser::parseTuple(SourceRange open, ExprPtr first) {
  --brackets; // parseSequence counts the bracket itself.
  auto tuple = std::make_unique<TupleExpr>(open);
  deepen(*tuple, *first);
  tuple->elements.push_back(std::move(first));
  accept(Kind::Comma);
  bool done = parseSequence(open, Kind::RParen, [&] {
    ExprPtr element = parsePipe();
    if (!element || !deepen(*tuple, *element))
      return false;
    tuple->elements.push_back(std::move(element));
    return true;
  });
  return done ? finish(std::move(tuple), {}) : nullptr;
}

/// record := '(' NAME '=' pipe { ',' NAME '=' pipe } [ ',' ] ')'
ExprPtr Parser::parseRecord(SourceRange open) {
  auto record = std::make_unique<RecordExpr>(open);
  bool done = parseSequence(open, Kind::RParen, [&] {
    Name name;
    if (!expectName(name, "the name of a field") || !expect(Kind::Assign, "after the field's name"))
      return false;
    for (auto &[earlier, value] : record->fields)
      if (earlier.text == name.text)
        error("E0303", name.range, "field '" + name.text + "' is given twice")
            .note(earlier.range, "it is given here first");
    ExprPtr value = parsePipe();
    if (!value || !deepen(*record, *value))
      return false;
    record->fields.emplace_back(std::move(name), std::move(value));
    return true;
  });
  return done ? finish(std::move(record), {}) : nullptr;
}

//===----------------------------------------------------------------------===//
// Strings
//===----------------------------------------------------------------------===//

/// In a string, '{' expr '}' is replaced by the value; '{{' and '}}' are braces; \n \t \\ \" are
/// escapes.
ExprPtr Parser::parseString() {
  auto string = std::make_unique<StringExpr>(take());
  string->texts.emplace_back();
  llvm::StringRef raw = sources.text(string->range);
  unsigned end = raw.size() - (raw.size() > 1 && raw.ends_with("\"") ? 1 : 0);
  for (unsigned i = 1; i < end; ++i) {
    char c = raw[i], next = i + 1 < end ? raw[i + 1] : '\0';
    unsigned offset = string->range.begin + i;
    bool isBrace = c == '{' || c == '}';
    if (isBrace && next == c) {
      string->texts.back() += c;
      ++i;
    } else if (c == '\\') {
      size_t which = llvm::StringRef("nt\\\"").find(next);
      if (which == llvm::StringRef::npos) {
        error("E0111", {file, offset, offset + 1},
              "unknown escape; known are \\n, \\t, \\\\, \\\"");
        return nullptr;
      }
      string->texts.back() += "\n\t\\\""[which];
      ++i;
    } else if (isBrace) {
      size_t close = raw.take_front(end).find('}', i);
      if (c == '}' || close == llvm::StringRef::npos) {
        error("E0111", {file, offset, offset + 1},
              "a brace begins or ends a value; write two for one brace")
            .fix({file, offset, offset + 1}, std::string(2, c));
        return nullptr;
      }
      if (!parseInterpolation({file, offset + 1, unsigned(string->range.begin + close)}, *string))
        return nullptr;
      i = close;
    } else {
      string->texts.back() += c;
    }
  }
  return string;
}

bool Parser::parseInterpolation(SourceRange range, StringExpr &result) {
  std::vector<Token> outerTokens = tokenize(range, diagnostics);
  std::swap(tokens, outerTokens);
  size_t outerPosition = std::exchange(position, 0);
  SourceRange outerLast = last;
  bool outerInterpolating = std::exchange(interpolating, true);
  unsigned outerBrackets = std::exchange(brackets, 1);
  ExprPtr value = parsePipe();
  if (value && !at(Kind::End)) {
    error("E0111", peek().range, "expected '}' after the value, got " + describeNext());
    value = nullptr;
  }
  brackets = outerBrackets;
  interpolating = outerInterpolating;
  last = outerLast;
  position = abandoned ? outerTokens.size() - 1 : outerPosition;
  std::swap(tokens, outerTokens);
  if (!value || !deepen(result, *value))
    return false;
  result.values.push_back(std::move(value));
  result.texts.emplace_back();
  return true;
}

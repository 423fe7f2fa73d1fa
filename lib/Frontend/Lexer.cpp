//===- Lexer.cpp - From characters to tokens ------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Frontend/Lexer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace fovea;

llvm::StringRef fovea::describe(Token::Kind kind) {
  static constexpr llvm::StringRef descriptions[] = {"the end of the file",
                                                     "a name",
                                                     "an integer",
                                                     "a number",
                                                     "a string",
                                                     "'('",
                                                     "')'",
                                                     "'['",
                                                     "']'",
                                                     "'{'",
                                                     "'}'",
                                                     "','",
                                                     "':'",
                                                     "'.'",
                                                     "'..'",
                                                     "'='",
                                                     "'->'",
                                                     "'@'",
                                                     "'+'",
                                                     "'-'",
                                                     "'*'",
                                                     "'**'",
                                                     "'/'",
                                                     "'//'",
                                                     "'%'",
                                                     "'=='",
                                                     "'!='",
                                                     "'<'",
                                                     "'<='",
                                                     "'>'",
                                                     "'>='"};
  static_assert(std::size(descriptions) == size_t(Token::Kind::GreaterEqual) + 1);
  return descriptions[static_cast<size_t>(kind)];
}

llvm::ArrayRef<llvm::StringLiteral> fovea::reservedWords() {
  static constexpr llvm::StringLiteral words[] = {"and", "else", "false", "for",    "if",
                                                  "in",  "not",  "or",    "return", "true"};
  return words;
}

bool fovea::isReservedWord(llvm::StringRef word) {
  return llvm::is_contained(reservedWords(), word);
}

namespace {
class Lexer {
public:
  Lexer(SourceRange range, DiagnosticEngine &diagnostics)
      : text(diagnostics.sourceManager().text(range.file).take_front(range.end)), file(range.file),
        position(range.begin), diagnostics(diagnostics) {}

  std::vector<Token> run();

private:
  char peek(unsigned ahead = 0) const {
    return position + ahead < text.size() ? text[position + ahead] : '\0';
  }
  SourceRange from(unsigned begin) const { return {file, begin, position}; }

  void skipBlanks();
  Token::Kind lexToken();
  Token::Kind lexNumber();
  Token::Kind lexString();
  Token::Kind lexOperator();
  std::optional<Token::Kind> lexForeign();
  void takeForeignString();

  llvm::StringRef text;
  unsigned file;
  unsigned position;
  unsigned tokenBegin = 0;
  bool beforeClosingQuote = false; ///< A typographic one.
  bool sawNewline = false;
  DiagnosticEngine &diagnostics;
};
} // namespace

static bool beginsName(char c) { return llvm::isAlpha(c) || c == '_'; }
static bool continuesName(char c) { return llvm::isAlnum(c) || c == '_'; }

static bool beginsToken(char c) {
  return continuesName(c) || llvm::isSpace(c) ||
         llvm::StringRef("#\"()[]{},:.=-+*/%!<>@").contains(c);
}

void Lexer::skipBlanks() {
  for (; position < text.size(); ++position) {
    if (text[position] == '#')
      position = std::min(text.find('\n', position), text.size());
    if (position == text.size() || !llvm::isSpace(text[position]))
      return;
    sawNewline |= text[position] == '\n';
  }
}

std::vector<Token> Lexer::run() {
  std::vector<Token> tokens;
  while (true) {
    skipBlanks();
    bool atEnd = position >= text.size() || diagnostics.tooManyErrors();
    tokenBegin = position;
    std::optional<Token::Kind> kind = atEnd                         ? Token::Kind::End
                                      : beginsToken(text[position]) ? lexToken()
                                                                    : lexForeign();
    if (!kind)
      continue;
    Token token;
    token.afterNewline = sawNewline;
    token.kind = *kind;
    token.range = from(tokenBegin);
    sawNewline = false;
    tokens.push_back(token);
    if (atEnd)
      return tokens;
  }
}

/// What other languages and word processors write, and what it is here.
struct Foreign {
  llvm::StringLiteral spelling, advice, replacement;
  std::optional<Token::Kind> kind; ///< Of the replacement, if the parser is to go on with it.
};
static constexpr Foreign foreigners[] = {
    {"&&", "both is 'and'", "and", {}},
    {"||", "either is 'or'", "or", {}},
    {"'", "strings stand in double quotes", "\"", {}},
    {";", "the end of the line ends a statement", "", {}},
    {"\u2192", "a pipe is '->'", "->", Token::Kind::Arrow},
    {"\u2212", "minus is '-'", "-", Token::Kind::Minus},
    {"\u2013", "minus is '-'", "-", Token::Kind::Minus},
    {"\u00d7", "times is '*'", "*", Token::Kind::Star},
    {"\u2264", "at most is '<='", "<=", Token::Kind::LessEqual},
    {"\u2265", "at least is '>='", ">=", Token::Kind::GreaterEqual},
    {"\u2260", "unequal is '!='", "!=", Token::Kind::NotEqual},
    {"\u00a0", "this blank is none of the language", " ", {}},
    {"\u201c", "strings stand in straight quotes", "\"", Token::Kind::String},
    {"\u201d", "strings stand in straight quotes", "\"", Token::Kind::String},
    {"\u201e", "strings stand in straight quotes", "\"", Token::Kind::String}};

/// Reports characters that begin no token. Nothing if the parser is to go on without them.
std::optional<Token::Kind> Lexer::lexForeign() {
  unsigned begin = position;
  for (const Foreign &foreign : foreigners) {
    if (!text.substr(begin).starts_with(foreign.spelling))
      continue;
    position += foreign.spelling.size();
    diagnostics.error("E0101", from(begin), "unexpected character; " + foreign.advice)
        .fix(from(begin), foreign.replacement);
    if (foreign.kind != Token::Kind::String)
      return foreign.kind;
    if (std::exchange(beforeClosingQuote, false))
      return std::nullopt;
    takeForeignString();
    return foreign.kind;
  }
  auto isForeign = [&](const Foreign &foreign) {
    return text.substr(position).starts_with(foreign.spelling);
  };
  while (position < text.size() && !beginsToken(text[position]) &&
         llvm::none_of(foreigners, isForeign))
    ++position;
  diagnostics.error("E0101", from(begin),
                    position - begin == 1 ? "unexpected character" : "unexpected characters");
  return std::nullopt;
}

/// A string in typographic quotes goes to the next of them or the end of the line. Its token begins
/// with the last byte of the first, as if that were the quote.
void Lexer::takeForeignString() {
  tokenBegin = position - 1;
  auto isQuote = [&](const Foreign &foreign) {
    return foreign.kind == Token::Kind::String &&
           text.substr(position).starts_with(foreign.spelling);
  };
  for (; position < text.size() && peek() != '\n'; ++position) {
    beforeClosingQuote = llvm::any_of(foreigners, isQuote);
    if (beforeClosingQuote)
      return;
  }
}

Token::Kind Lexer::lexToken() {
  char c = peek();
  if (llvm::isDigit(c))
    return lexNumber();
  if (c == '"')
    return lexString();
  if (!beginsName(c))
    return lexOperator();
  while (continuesName(peek()))
    ++position;
  return Token::Kind::Name;
}

/// number := digit+ [ '.' digit+ ] [ ('e' | 'E') [ '+' | '-' ] digit+ ]
Token::Kind Lexer::lexNumber() {
  unsigned begin = position;
  bool isFloat = false;
  auto digits = [&] {
    while (llvm::isDigit(peek()))
      ++position;
  };
  digits();
  if (peek() == '.' && llvm::isDigit(peek(1))) {
    isFloat = true;
    ++position;
    digits();
  }
  bool sign = peek(1) == '+' || peek(1) == '-';
  if ((peek() == 'e' || peek() == 'E') && llvm::isDigit(peek(sign ? 2 : 1))) {
    isFloat = true;
    position += sign ? 2 : 1;
    digits();
  }
  if (continuesName(peek())) {
    while (continuesName(peek()))
      ++position;
    diagnostics.error("E0103", from(begin), "a number ends in letters; a name begins with one");
  }
  return isFloat ? Token::Kind::Float : Token::Kind::Integer;
}

/// string := '"' { character | '\' character } '"' on one line
Token::Kind Lexer::lexString() {
  unsigned begin = position++;
  while (position < text.size() && text[position] != '"' && text[position] != '\n')
    position += text[position] == '\\' && peek(1) != '\n' && position + 1 < text.size() ? 2 : 1;
  if (peek() == '"')
    ++position;
  else
    diagnostics.error("E0102", from(begin), "string is not closed on its line")
        .fix({file, position, position}, "\"");
  return Token::Kind::String;
}

Token::Kind Lexer::lexOperator() {
  using K = Token::Kind;
  static constexpr std::pair<const char *, K> operators[] = {
      {"->", K::Arrow},  {"..", K::DotDot},   {"**", K::StarStar},  {"//", K::SlashSlash},
      {"==", K::Equal},  {"!=", K::NotEqual}, {"<=", K::LessEqual}, {">=", K::GreaterEqual},
      {"(", K::LParen},  {")", K::RParen},    {"[", K::LBracket},   {"]", K::RBracket},
      {"{", K::LBrace},  {"}", K::RBrace},    {",", K::Comma},      {":", K::Colon},
      {".", K::Dot},     {"=", K::Assign},    {"+", K::Plus},       {"-", K::Minus},
      {"*", K::Star},    {"/", K::Slash},     {"%", K::Percent},    {"<", K::Less},
      {">", K::Greater}, {"@", K::At}};
  for (auto [spelling, kind] : operators)
    if (text.substr(position).starts_with(spelling)) {
      position += llvm::StringRef(spelling).size();
      return kind;
    }
  ++position; // '!' alone.
  diagnostics.error("E0101", from(position - 1), "unexpected character; negation is 'not'")
      .fix(from(position - 1), "not ");
  return K::Name;
}

std::vector<Token> fovea::tokenize(SourceRange range, DiagnosticEngine &diagnostics) {
  return Lexer(range, diagnostics).run();
}

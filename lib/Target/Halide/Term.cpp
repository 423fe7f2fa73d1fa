//===- Term.cpp - Expressions that know their C++ ---------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Term.h"
#include <algorithm>
#include <cstdio>

namespace fovea::halide {

using Rank = Term::Rank;

Term::Term(int64_t value)
    : expression(static_cast<int>(value)), words(std::to_string(value)),
      rank(value < 0 ? Rank::Sum : Rank::Atom), value(value) {}

Term::Term(Halide::Expr expr, std::string text, Rank rank)
    : expression(std::move(expr)), words(std::move(text)), rank(rank) {}

Term Term::real(float value) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%.9g", static_cast<double>(value));
  std::string text = digits;
  if (text.find_first_of(".e") == std::string::npos)
    text += ".0";
  return Term(Halide::Expr(value), text + "f", value < 0 ? Rank::Sum : Rank::Atom);
}

std::string Term::textIn(Rank context) const { return rank < context ? "(" + words + ")" : words; }

/// The right operand of - / % < needs parentheses already where its own operator binds equally.
static Term binary(Halide::Expr expr, const Term &a, const char *sign, const Term &b, Rank rank) {
  Rank right = static_cast<Rank>(static_cast<int>(rank) + 1);
  return Term(std::move(expr), a.textIn(rank) + " " + sign + " " + b.textIn(right), rank);
}

static bool is(const Term &term, int64_t value) { return term.constant() == value; }

static int64_t floorDivide(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

Term operator+(const Term &a, const Term &b) {
  if (a.constant() && b.constant())
    return *a.constant() + *b.constant();
  if (is(a, 0))
    return b;
  if (is(b, 0))
    return a;
  return binary(a.expr() + b.expr(), a, "+", b, Rank::Sum);
}

Term operator-(const Term &a, const Term &b) {
  if (a.constant() && b.constant())
    return *a.constant() - *b.constant();
  if (is(b, 0))
    return a;
  return binary(a.expr() - b.expr(), a, "-", b, Rank::Sum);
}

Term operator*(const Term &a, const Term &b) {
  if (a.constant() && b.constant())
    return *a.constant() * *b.constant();
  if (is(a, 0) || is(b, 1))
    return a;
  if (is(b, 0) || is(a, 1))
    return b;
  return binary(a.expr() * b.expr(), a, "*", b, Rank::Product);
}

Term operator/(const Term &a, const Term &b) {
  if (a.constant() && b.constant())
    return floorDivide(*a.constant(), *b.constant());
  if (is(b, 1))
    return a;
  return binary(a.expr() / b.expr(), a, "/", b, Rank::Product);
}

Term operator%(const Term &a, const Term &b) {
  if (a.constant() && b.constant())
    return *a.constant() - floorDivide(*a.constant(), *b.constant()) * *b.constant();
  if (is(b, 1))
    return 0;
  return binary(a.expr() % b.expr(), a, "%", b, Rank::Product);
}

Term operator<(const Term &a, const Term &b) {
  return binary(a.expr() < b.expr(), a, "<", b, Rank::Compare);
}

Term operator>=(const Term &a, const Term &b) {
  return binary(a.expr() >= b.expr(), a, ">=", b, Rank::Compare);
}

Term operator&&(const Term &a, const Term &b) {
  return binary(a.expr() && b.expr(), a, "&&", b, Rank::And);
}

static Term call(Halide::Expr expr, const std::string &name,
                 std::initializer_list<Term> arguments) {
  std::string text = name + "(";
  for (const Term &argument : arguments)
    text += (&argument == arguments.begin() ? "" : ", ") + argument.text();
  return Term(std::move(expr), text + ")");
}

Term min(const Term &a, const Term &b) {
  if (a.constant() && b.constant())
    return std::min(*a.constant(), *b.constant());
  return call(Halide::min(a.expr(), b.expr()), "min", {a, b});
}

Term max(const Term &a, const Term &b) {
  if (a.constant() && b.constant())
    return std::max(*a.constant(), *b.constant());
  return call(Halide::max(a.expr(), b.expr()), "max", {a, b});
}

Term clamp(const Term &a, int64_t low, int64_t high) {
  if (a.constant())
    return std::clamp(*a.constant(), low, high);
  return call(Halide::clamp(a.expr(), static_cast<int>(low), static_cast<int>(high)), "clamp",
              {a, low, high});
}

Term select(const Term &condition, const Term &yes, const Term &no) {
  return call(Halide::select(condition.expr(), yes.expr(), no.expr()), "select",
              {condition, yes, no});
}

Term likely(const Term &a) { return call(Halide::likely(a.expr()), "likely", {a}); }

Term exp(const Term &a) {
  // Outside, the polynomial's exponent overflows an integer; e^88 and e^-88 are as good as infinity
  // and zero.
  Term inside = min(max(a, Term::real(-88)), Term::real(88));
  return call(Halide::Internal::halide_exp(inside.expr()), "Internal::halide_exp", {inside});
}

Term toFloat(const Term &a) { return call(Halide::cast<float>(a.expr()), "cast<float>", {a}); }

} // namespace fovea::halide

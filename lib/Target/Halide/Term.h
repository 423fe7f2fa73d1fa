//===- Term.h - Expressions that know their C++ -----------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#ifndef FOVEA_LIB_TARGET_HALIDE_TERM_H
#define FOVEA_LIB_TARGET_HALIDE_TERM_H

#include <Halide.h>
#include <cstdint>
#include <optional>
#include <string>

namespace fovea::halide {

/// A Halide expression and the C++ text that builds the same one. An algorithm is written once,
/// with the operators below, and so cannot be compiled one way and printed another. Integer
/// arithmetic with constants is folded, to be read with ease.
class Term {
public:
  /// How tightly the outermost operator of the text binds.
  enum class Rank { And, Compare, Sum, Product, Atom };

  /// An integer constant; must fit 32 bits, as all of Halide's index arithmetic must.
  Term(int64_t value);
  Term(Halide::Expr expr, std::string text, Rank rank = Rank::Atom);
  /// A float constant.
  static Term real(float value);

  const Halide::Expr &expr() const { return expression; }
  const std::string &text() const { return words; }
  /// The text, in parentheses if its operator binds less tightly than `context`.
  std::string textIn(Rank context) const;
  /// The value of an integer constant.
  std::optional<int64_t> constant() const { return value; }

private:
  Halide::Expr expression;
  std::string words;
  Rank rank = Rank::Atom;
  std::optional<int64_t> value;
};

Term operator+(const Term &a, const Term &b);
Term operator-(const Term &a, const Term &b);
Term operator*(const Term &a, const Term &b);
/// Rounds towards minus infinity, as Halide does.
Term operator/(const Term &a, const Term &b);
Term operator%(const Term &a, const Term &b);
Term operator<(const Term &a, const Term &b);
Term operator>=(const Term &a, const Term &b);
Term operator&&(const Term &a, const Term &b);

Term min(const Term &a, const Term &b);
Term max(const Term &a, const Term &b);
Term clamp(const Term &a, int64_t low, int64_t high);
Term select(const Term &condition, const Term &yes, const Term &no);
/// The same value. Halide cuts loops where a likely condition starts and ceases to hold, so that it
/// is not tested in between.
Term likely(const Term &a);
/// e^a by a polynomial that vectorises and calls no library; e^88 above 88 and e^-88 below -88.
Term exp(const Term &a);
Term toFloat(const Term &a);

} // namespace fovea::halide

#endif

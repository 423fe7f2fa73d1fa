//===- LayerArguments.cpp - From arguments to attributes ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "LayerArguments.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <numeric>

using namespace fovea;

/// The value of a default that is written as a literal.
static Value literalDefault(llvm::StringRef text) {
  if (text.consume_front("\""))
    return text.drop_back().str();
  int64_t integer;
  if (!text.getAsInteger(10, integer))
    return integer;
  double real;
  if (text != "true" && text != "false" && !text.getAsDouble(real))
    return real;
  return text == "true";
}

bool LayerArguments::build(llvm::ArrayRef<const CallArgument *> slots) {
  // Later steps read earlier attributes: padding and parts need the others.
  auto isLate = [](const LayerAttribute &attribute) {
    return attribute.kind == AttributeKind::Padding || attribute.kind == AttributeKind::Parts;
  };
  for (bool late : {false, true})
    for (auto [attribute, slot] : llvm::zip(kind.attributes, slots)) {
      if (isLate(attribute) != late)
        continue;
      bool follows =
          llvm::isAlpha(attribute.defaultValue.empty() ? '0' : attribute.defaultValue[0]) &&
          layer.attributes.count(attribute.defaultValue.str());
      if (!slot && follows)
        layer.attributes[attribute.attribute.str()] =
            layer.attributes[attribute.defaultValue.str()];
      else if (slot && !buildOne(attribute, slot->value, slot->range))
        return false;
      else if (!slot && attribute.defaultValue != "-" && !follows &&
               !buildOne(attribute, literalDefault(attribute.defaultValue), call.callee))
        return false;
    }
  return true;
}

/// The word in quotes in `expected` that `text` is likely a misspelling of, quotes included.
static std::string nearestQuoted(llvm::StringRef text, llvm::StringRef expected) {
  llvm::SmallVector<llvm::StringRef> pieces, words;
  expected.split(pieces, '"');
  for (size_t i = 1; i < pieces.size(); i += 2)
    words.push_back(pieces[i]);
  llvm::StringRef near = nearestName(text, words);
  return near.empty() ? "" : ("\"" + near + "\"").str();
}

bool LayerArguments::wrongType(const LayerAttribute &attribute, llvm::StringRef expected,
                               const Value &value, SourceRange where) {
  auto argument =
      llvm::find_if(call.arguments, [&](const CallArgument &each) { return each.range == where; });
  const ast::Expr *syntax = argument == call.arguments.end() ? nullptr : argument->syntax;
  evaluator.fail("E0405", where,
                 "'" + attribute.name + "' of " + kind.name + " is " + expected + ", got " +
                     typeName(value) + " " + render(value, evaluator.builder),
                 [&](Diagnostic &diagnostic) {
                   if (expected.starts_with("an integer"))
                     evaluator.explainValue(diagnostic, value, syntax);
                   if (llvm::isa_and_nonnull<ast::StringExpr>(syntax) && value.get<std::string>())
                     diagnostic.suggest(where, nearestQuoted(*value.get<std::string>(), expected));
                 });
  return false;
}

bool LayerArguments::buildOne(const LayerAttribute &attribute, const Value &value,
                              SourceRange where) {
  AttrValue &result = layer.attributes[attribute.attribute.str()];
  switch (attribute.kind) {
  case AttributeKind::Integer: {
    int64_t number;
    if (!integer(attribute, value, where, number))
      return false;
    result = number;
    return true;
  }
  case AttributeKind::Number:
    if (!value.number())
      return wrongType(attribute, "a number", value, where);
    result = *value.number();
    return true;
  case AttributeKind::Flag:
    if (!value.get<bool>())
      return wrongType(attribute, "true or false", value, where);
    result = *value.get<bool>();
    return true;
  case AttributeKind::Pair:
    return pair(attribute, value, where);
  case AttributeKind::Padding:
    return padding(attribute, value, where);
  case AttributeKind::Sides:
    return sides(attribute, value, where,
                 "an integer, (vertical, horizontal) or (top, left, bottom, right)");
  case AttributeKind::Ends:
    return ends(attribute, value, where);
  case AttributeKind::Size:
    return size(attribute, value, where);
  case AttributeKind::Choice:
    return choice(attribute, value, where);
  case AttributeKind::Axis:
    return axis(attribute, value, where);
  case AttributeKind::Parts:
    return parts(attribute, value, where);
  case AttributeKind::Bias:
    return bias(attribute, value, where);
  case AttributeKind::Literal:
    return literal(attribute.attribute, value, where);
  case AttributeKind::ShiftKernel:
    return shiftKernel(attribute, value, where);
  case AttributeKind::Offsets:
    return offsets(attribute, value, where);
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

bool LayerArguments::integer(const LayerAttribute &attribute, const Value &value, SourceRange where,
                             int64_t &result) {
  auto *number = value.get<int64_t>();
  if (!number)
    return wrongType(attribute, "an integer", value, where);
  result = *number;
  if (result >= attribute.min && result <= attribute.max)
    return true;
  evaluator.fail("E0406", where,
                 "'" + attribute.name + "' of " + kind.name + " is from " +
                     llvm::Twine(attribute.min) + " to " + llvm::Twine(attribute.max) + ", got " +
                     llvm::Twine(result));
  return false;
}

bool LayerArguments::pair(const LayerAttribute &attribute, const Value &value, SourceRange where) {
  return twoIntegers(attribute, value, where, "an integer or a pair (height, width)");
}

bool LayerArguments::ends(const LayerAttribute &attribute, const Value &value, SourceRange where) {
  return twoIntegers(attribute, value, where, "an integer or a pair (before, after)");
}

bool LayerArguments::twoIntegers(const LayerAttribute &attribute, const Value &value,
                                 SourceRange where, llvm::StringRef expected) {
  auto *elements = value.elements();
  Integers result(2);
  if (elements && elements->size() == 2) {
    if (!integer(attribute, (*elements)[0], where, result[0]) ||
        !integer(attribute, (*elements)[1], where, result[1]))
      return false;
  } else if (elements) {
    return wrongType(attribute, expected, value, where);
  } else if (!integer(attribute, value, where, result[0])) {
    return false;
  } else {
    result[1] = result[0];
  }
  layer.attributes[attribute.attribute.str()] = result;
  return true;
}

/// One number is the shorter side; the other keeps the ratio, rounded down, as torchvision's
/// resize. An input that is no image keeps the number: the layer itself will refuse it.
bool LayerArguments::size(const LayerAttribute &attribute, const Value &value, SourceRange where) {
  if (!pair(attribute, value, where))
    return false;
  std::vector<int64_t> shape = inputShape();
  if (value.elements() || shape.size() != 4)
    return true;
  auto &size = std::get<Integers>(layer.attributes[attribute.attribute.str()]);
  bool isTall = shape[2] > shape[3];
  int64_t shorter = std::min(shape[2], shape[3]), longer = std::max(shape[2], shape[3]);
  int64_t scaled = size[0] * longer / shorter; // At most 2^24 times 2^31.
  size[isTall ? 0 : 1] = scaled;
  if (scaled <= attribute.max)
    return true;
  evaluator.fail("E0406", where,
                 "the longer side of " + kind.name + " would be " + llvm::Twine(scaled) +
                     "; it is at most " + llvm::Twine(attribute.max));
  return false;
}

bool LayerArguments::choice(const LayerAttribute &attribute, const Value &value,
                            SourceRange where) {
  llvm::SmallVector<llvm::StringRef> choices;
  attribute.choices.split(choices, ' ');
  auto *text = value.get<std::string>();
  if (!text || !llvm::is_contained(choices, *text))
    return wrongType(attribute, "\"" + llvm::join(choices, "\" or \"") + "\"", value, where);
  layer.attributes[attribute.attribute.str()] = *text;
  return true;
}

bool LayerArguments::axis(const LayerAttribute &attribute, const Value &value, SourceRange where) {
  int64_t result;
  if (!integer(attribute, value, where, result))
    return false;
  int64_t rank = inputShape().size();
  if (result < -rank || result >= rank) {
    evaluator.fail("E0207", where,
                   "'" + attribute.name + "' of " + kind.name + " is " + llvm::Twine(result) +
                       ", but " + evaluator.builder.typeOf(layer.inputs.front()) + " has " +
                       llvm::Twine(rank) + " dimensions");
    return false;
  }
  layer.attributes[attribute.attribute.str()] = result < 0 ? result + rank : result;
  return true;
}

const LayerArguments::Integers &LayerArguments::integersOf(llvm::StringRef attribute) const {
  return std::get<Integers>(layer.attributes.find(attribute.str())->second);
}

std::vector<int64_t> LayerArguments::inputShape() const {
  return evaluator.builder.shapeOf(layer.inputs.front());
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

/// SAME_UPPER of TensorFlow and ONNX: the output has ceil(input / stride) pixels; of an odd amount
/// of padding the larger half is at the end. An input that is no image pads nothing: the layer
/// itself will refuse it.
LayerArguments::Integers LayerArguments::samePadding() const {
  std::vector<int64_t> shape = inputShape();
  Integers result(4);
  if (shape.size() != 4)
    return result;
  const Integers &kernel = integersOf("kernel"), &stride = integersOf("stride");
  bool dilated = layer.attributes.count("dilation");
  for (size_t i = 0; i < 2; ++i) {
    int64_t dilation = dilated ? integersOf("dilation")[i] : 1;
    int64_t extent = shape[2 + i];
    int64_t outputs = (extent + stride[i] - 1) / stride[i];
    int64_t needed = (outputs - 1) * stride[i] + (kernel[i] - 1) * dilation + 1 - extent;
    int64_t total = std::max<int64_t>(needed, 0);
    result[i] = total / 2;
    result[2 + i] = total - total / 2;
  }
  return result;
}

bool LayerArguments::padding(const LayerAttribute &attribute, const Value &value,
                             SourceRange where) {
  static constexpr llvm::StringLiteral expected =
      "an integer, (vertical, horizontal), (top, left, bottom, right), \"same\" or \"valid\"";
  AttrValue &result = layer.attributes[attribute.attribute.str()];
  if (auto *name = value.get<std::string>()) {
    if (*name != "same" && *name != "valid")
      return wrongType(attribute, expected, value, where);
    result = *name == "same" ? samePadding() : Integers(4);
    return true;
  }
  return sides(attribute, value, where, expected);
}

bool LayerArguments::sides(const LayerAttribute &attribute, const Value &value, SourceRange where,
                           llvm::StringRef expected) {
  auto *elements = value.elements();
  std::vector<Value> amounts = elements ? *elements : std::vector<Value>{value};
  bool hasSize = amounts.size() == 1 || amounts.size() == 2 || amounts.size() == 4;
  if (!hasSize || value.get<std::string>())
    return wrongType(attribute, expected, value, where);
  Integers numbers(4);
  for (size_t i = 0; i < 4; ++i)
    if (!integer(attribute, amounts[i % amounts.size()], where, numbers[i]))
      return false;
  layer.attributes[attribute.attribute.str()] = numbers;
  return true;
}

//===----------------------------------------------------------------------===//
// Splits and shifts
//===----------------------------------------------------------------------===//

bool LayerArguments::parts(const LayerAttribute &attribute, const Value &value, SourceRange where) {
  int64_t extent = inputShape()[std::get<int64_t>(layer.attributes["axis"])];
  if (value.elements())
    return sizes(value, attribute, where, extent);
  int64_t count;
  if (!integer(attribute, value, where, count))
    return false;
  constexpr int64_t maxParts = 4096;
  if (count > maxParts) {
    evaluator.fail("E0406", where, "a split has at most " + llvm::Twine(maxParts) + " parts");
    return false;
  }
  if (extent % count != 0) {
    evaluator.fail("E0208", where,
                   llvm::Twine(extent) + " channels or pixels do not split into " +
                       llvm::Twine(count) + " equal parts; give a list of sizes");
    return false;
  }
  layer.attributes["sizes"] = Integers(count, extent / count);
  return true;
}

bool LayerArguments::sizes(const Value &value, const LayerAttribute &attribute, SourceRange where,
                           int64_t extent) {
  Integers result;
  for (const Value &element : *value.elements()) {
    result.emplace_back();
    if (!integer(attribute, element, where, result.back()))
      return false;
  }
  if (!evaluator.step(where, result.size()))
    return false;
  int64_t sum = std::accumulate(result.begin(), result.end(), int64_t(0));
  if (sum != extent) {
    evaluator.fail("E0208", where,
                   "the sizes add up to " + llvm::Twine(sum) + ", but there are " +
                       llvm::Twine(extent) + " to split");
    return false;
  }
  layer.attributes["sizes"] = result;
  return true;
}

/// The k*k neighbours of a pixel, row by row (Wu et al. 2018, section 3.1).
bool LayerArguments::shiftKernel(const LayerAttribute &attribute, const Value &value,
                                 SourceRange where) {
  layer.attributes.erase(""); // Has no attribute of its own.
  int64_t kernel;
  if (!integer(attribute, value, where, kernel))
    return false;
  if (kernel % 2 == 0) {
    evaluator.fail("E0406", where, "'kernel' of spatial_shift is odd, got " + llvm::Twine(kernel));
    return false;
  }
  bool overridden = llvm::any_of(
      call.arguments, [](const CallArgument &argument) { return argument.name == "offsets"; });
  if (overridden)
    return true;
  Integers groups;
  for (int64_t dy = -kernel / 2; dy <= kernel / 2; ++dy)
    for (int64_t dx = -kernel / 2; dx <= kernel / 2; ++dx)
      groups.insert(groups.end(), {dy, dx});
  return spreadOffsets(groups, where);
}

bool LayerArguments::offsets(const LayerAttribute &attribute, const Value &value,
                             SourceRange where) {
  auto *elements = value.elements();
  if (!elements || elements->empty())
    return wrongType(attribute, "a list of pairs (dy, dx)", value, where);
  Integers groups;
  for (const Value &element : *elements) {
    auto *numbers = element.elements();
    if (!numbers || numbers->size() != 2)
      return wrongType(attribute, "a list of pairs (dy, dx)", value, where);
    for (const Value &number : *numbers) {
      groups.emplace_back();
      if (!integer(attribute, number, where, groups.back()))
        return false;
    }
  }
  return spreadOffsets(groups, where);
}

/// Each offset moves an equal number of neighbouring channels; those left over stay.
bool LayerArguments::spreadOffsets(const Integers &groups, SourceRange where) {
  std::vector<int64_t> shape = inputShape();
  int64_t channels = shape.size() > 1 ? shape[1] : 0, count = groups.size() / 2;
  if (channels < count) {
    evaluator.fail("E0214", where,
                   llvm::Twine(count) + " offsets for " + llvm::Twine(channels) + " channels");
    return false;
  }
  if (!evaluator.step(where, channels))
    return false;
  int64_t perGroup = channels / count;
  Integers result(2 * channels);
  for (int64_t channel = 0; channel < perGroup * count; ++channel) {
    result[2 * channel] = groups[2 * (channel / perGroup)];
    result[2 * channel + 1] = groups[2 * (channel / perGroup) + 1];
  }
  layer.attributes["offsets"] = result;
  return true;
}

//===----------------------------------------------------------------------===//
// Literal weights
//===----------------------------------------------------------------------===//

/// Reads nested lists into `result`; false if they are not rectangular or hold anything but
/// numbers.
static bool readLiteral(const Value &value, size_t level, LiteralTensor &result) {
  auto *elements = value.elements();
  if (!elements) {
    if (!value.number() || level != result.shape.size())
      return false;
    result.values.push_back(static_cast<float>(*value.number()));
    return true;
  }
  return level < result.shape.size() && int64_t(elements->size()) == result.shape[level] &&
         llvm::all_of(
             *elements,
             [&](const Value &element) { return readLiteral(element, level + 1, result); });
}

bool LayerArguments::literal(llvm::StringRef attribute, const Value &value, SourceRange where) {
  LiteralTensor result;
  if (!evaluator.step(where, sizeOf(value)))
    return false;
  for (const Value *inner = &value; inner->elements() && !inner->elements()->empty();
       inner = &inner->elements()->front())
    result.shape.push_back(inner->elements()->size());
  if (result.shape.empty() || !readLiteral(value, 0, result)) {
    evaluator.fail("E0209", where,
                   "a literal weight is a list of numbers, or of lists of equal lengths");
    return false;
  }
  layer.attributes[attribute.str()] = std::move(result);
  return true;
}

bool LayerArguments::bias(const LayerAttribute &attribute, const Value &value, SourceRange where) {
  auto *flag = value.get<bool>();
  if (!flag && !value.elements())
    return wrongType(attribute, "true, false or a list of numbers", value, where);
  layer.attributes[attribute.attribute.str()] = flag ? *flag : true;
  return flag || literal("bias_values", value, where);
}

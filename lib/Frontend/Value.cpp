//===- Value.cpp - What an expression is worth ----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "Value.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace fovea;

const std::vector<Value> *Value::elements() const {
  if (auto *list = get<ListValue>())
    return list->elements.get();
  auto *tuple = get<TupleValue>();
  return tuple ? tuple->elements.get() : nullptr;
}

std::optional<double> Value::number() const {
  if (auto *integer = get<int64_t>())
    return static_cast<double>(*integer);
  auto *real = get<double>();
  return real ? std::optional<double>(*real) : std::nullopt;
}

void Extent::add(Extent element) {
  size += element.size;
  depth = std::max(depth, element.depth + 1);
}

Extent fovea::extentOf(const Value &value) {
  if (auto *list = value.get<ListValue>())
    return list->extent;
  if (auto *tuple = value.get<TupleValue>())
    return tuple->extent;
  if (auto *record = value.get<RecordValue>())
    return record->extent;
  auto *callable = value.get<Callable>();
  return callable ? callable->extent : Extent();
}

template <typename Sequence> static Value makeSequence(std::vector<Value> elements) {
  Extent extent;
  for (const Value &element : elements)
    extent.add(extentOf(element));
  return Sequence{std::make_shared<const std::vector<Value>>(std::move(elements)), extent};
}

Value fovea::makeList(std::vector<Value> elements) {
  return makeSequence<ListValue>(std::move(elements));
}

Value fovea::makeTuple(std::vector<Value> elements) {
  return makeSequence<TupleValue>(std::move(elements));
}

Value fovea::makeRecord(std::vector<std::pair<std::string, Value>> fields) {
  Extent extent;
  for (auto &[name, value] : fields)
    extent.add(extentOf(value));
  using Fields = std::vector<std::pair<std::string, Value>>;
  return RecordValue{std::make_shared<const Fields>(std::move(fields)), extent};
}

static llvm::StringRef typeNameOf(const Callable &callable) {
  if (auto *definition = std::get_if<const ast::Definition *>(&callable.target))
    return (*definition)->kind == ast::DefinitionKind::Block      ? "block"
           : (*definition)->kind == ast::DefinitionKind::Function ? "function"
                                                                  : "network";
  return std::holds_alternative<const Builtin *>(callable.target) ? "function" : "layer";
}

llvm::StringRef fovea::typeName(const Value &value) {
  if (auto *callable = value.get<Callable>())
    return typeNameOf(*callable);
  static constexpr llvm::StringRef names[] = {"nothing", "int",   "float", "bool",  "string",
                                              "tensor",  "range", "list",  "tuple", "record"};
  return names[value.data.index()];
}

//===----------------------------------------------------------------------===//
// Rendering
//===----------------------------------------------------------------------===//

namespace {
struct Renderer {
  const LayerBuilder &builder;
  size_t limit;
  std::string text;
  llvm::raw_string_ostream os{text};

  bool full() const { return text.size() >= limit; }
  void sequence(llvm::ArrayRef<Value> elements, char open, char close) {
    os << open;
    llvm::interleave(
        elements, [&](const Value &element) { full() ? void() : render(element); },
        [&] { os << (full() ? "" : ", "); });
    os << (full() ? "…" : "") << close;
  }
  void render(const Value &value);
  void renderRecord(const RecordValue &record);
  void renderCallable(const Callable &callable);
};
} // namespace

void Renderer::renderRecord(const RecordValue &record) {
  os << '(';
  llvm::ListSeparator comma;
  for (auto &[name, value] : *record.fields) {
    if (full())
      break;
    os << comma << name << " = ";
    render(value);
  }
  os << (full() ? "…)" : ")");
}

void Renderer::renderCallable(const Callable &callable) {
  if (auto *definition = std::get_if<const ast::Definition *>(&callable.target))
    os << (*definition)->name.text;
  else if (auto *layer = std::get_if<const LayerKind *>(&callable.target))
    os << (*layer)->name;
  else if (auto *builtin = std::get_if<const Builtin *>(&callable.target))
    os << (*builtin)->name;
  else
    os << "layer";
}

void Renderer::render(const Value &value) {
  if (auto *integer = value.get<int64_t>())
    os << *integer;
  else if (auto *real = value.get<double>())
    os << llvm::format("%.6g", *real);
  else if (auto *flag = value.get<bool>())
    os << (*flag ? "true" : "false");
  else if (auto *string = value.get<std::string>())
    os << '"' << llvm::StringRef(*string).take_front(limit) << '"';
  else if (auto *tensor = value.get<TensorValue>())
    os << builder.typeOf(tensor->id);
  else if (auto *range = value.get<RangeValue>())
    os << range->begin << ".." << range->end;
  else if (auto *list = value.get<ListValue>())
    sequence(*list->elements, '[', ']');
  else if (auto *tuple = value.get<TupleValue>())
    sequence(*tuple->elements, '(', ')');
  else if (auto *record = value.get<RecordValue>())
    renderRecord(*record);
  else if (auto *callable = value.get<Callable>())
    renderCallable(*callable);
  else
    os << "?";
}

std::string fovea::render(const Value &value, const LayerBuilder &builder, size_t limit) {
  Renderer renderer{builder, limit, {}};
  renderer.render(value);
  return renderer.text;
}

//===----------------------------------------------------------------------===//
// Equality
//===----------------------------------------------------------------------===//

static bool equalSequences(const std::vector<Value> &lhs, const std::vector<Value> &rhs) {
  return lhs.size() == rhs.size() && llvm::all_of(llvm::zip(lhs, rhs), [](auto pair) {
           return equal(std::get<0>(pair), std::get<1>(pair));
         });
}

static bool equalRecords(const RecordValue &lhs, const RecordValue &rhs) {
  return lhs.fields->size() == rhs.fields->size() &&
         llvm::all_of(llvm::zip(*lhs.fields, *rhs.fields), [](auto pair) {
           auto &[a, b] = pair;
           return a.first == b.first && equal(a.second, b.second);
         });
}

bool fovea::equal(const Value &lhs, const Value &rhs) {
  if (lhs.data.index() != rhs.data.index()) {
    auto left = lhs.number(), right = rhs.number();
    return left && right && *left == *right;
  }
  if (auto *integer = lhs.get<int64_t>())
    return *integer == *rhs.get<int64_t>();
  if (auto *real = lhs.get<double>())
    return *real == *rhs.get<double>();
  if (auto *flag = lhs.get<bool>())
    return *flag == *rhs.get<bool>();
  if (auto *string = lhs.get<std::string>())
    return *string == *rhs.get<std::string>();
  if (auto *tensor = lhs.get<TensorValue>())
    return tensor->id == rhs.get<TensorValue>()->id;
  if (auto *range = lhs.get<RangeValue>())
    return range->begin == rhs.get<RangeValue>()->begin && range->end == rhs.get<RangeValue>()->end;
  if (lhs.elements())
    return equalSequences(*lhs.elements(), *rhs.elements());
  if (auto *record = lhs.get<RecordValue>())
    return equalRecords(*record, *rhs.get<RecordValue>());
  if (auto *callable = lhs.get<Callable>())
    return callable->target == rhs.get<Callable>()->target;
  return false;
}

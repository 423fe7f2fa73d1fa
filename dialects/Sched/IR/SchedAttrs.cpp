//===- SchedAttrs.cpp - Layouts and schedules -----------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/IR/SchedOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea::sched;

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> permutation, int64_t block) {
  if (block < 1 || !llvm::isPowerOf2_64(block))
    return emitError() << "C1: expected a block that is a power of two, got " << block;
  if (block > maxBlock)
    return emitError() << "C1: expected a block of at most " << maxBlock << ", got " << block;
  if (permutation.size() != 4 || !isPermutationVector(permutation))
    return emitError() << "C2: expected a permutation of 0, 1, 2, 3";
  return success();
}

SmallVector<int64_t> LayoutAttr::extents(ArrayRef<int64_t> shape) const {
  return {shape[0], ceilDiv(shape[1], getBlock()), shape[2], shape[3], getBlock()};
}

SmallVector<int64_t> LayoutAttr::strides(ArrayRef<int64_t> shape) const {
  SmallVector<int64_t> size = extents(shape);
  SmallVector<int64_t> strides(5, 1);
  int64_t next = getBlock();
  for (int64_t dim : llvm::reverse(getPermutation())) {
    strides[dim] = next;
    next *= size[dim];
  }
  return strides;
}

MemRefType fovea::sched::bufferType(RankedTensorType type) {
  LayoutAttr layout = layoutOf(type);
  auto strided = StridedLayoutAttr::get(type.getContext(), 0, layout.strides(type.getShape()));
  return MemRefType::get(layout.extents(type.getShape()), type.getElementType(), strided);
}

//===----------------------------------------------------------------------===//
// Schedule
//===----------------------------------------------------------------------===//

namespace {
/// How many arguments a directive takes.
struct Arity {
  unsigned least, most;
};
} // namespace

static std::optional<Arity> arityOf(StringRef kind) {
  constexpr unsigned many = 64;
  return llvm::StringSwitch<std::optional<Arity>>(kind)
      .Case("split", Arity{4, 5})
      .Case("fuse", Arity{3, 3})
      .Case("prefetch", Arity{2, 3})
      .Case("reorder", Arity{2, many})
      .Cases({"vectorize", "unroll"}, Arity{1, 2})
      .Cases({"parallel", "never_partition"}, Arity{1, 1})
      .Cases({"gpu_blocks", "gpu_threads"}, Arity{1, 3})
      .Case("compute_root", Arity{0, 0})
      .Case("compute_at", Arity{2, 2})
      .Case("store_in", Arity{1, 1})
      .Default(std::nullopt);
}

static StringRef word(Attribute attribute) { return cast<StringAttr>(attribute).getValue(); }

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   ArrayRef<ArrayAttr> directives) {
  for (ArrayAttr directive : directives) {
    StringRef kind = word(directive[0]);
    std::optional<Arity> arity = arityOf(kind);
    if (!arity)
      return emitError() << "C1: unknown directive '" << kind << "'";
    unsigned given = directive.size() - 1;
    if (given < arity->least || given > arity->most)
      return emitError() << "C2: directive '" << kind << "' takes " << arity->least << " to "
                         << arity->most << " arguments, got " << given;
  }
  return success();
}

static ParseResult parseWord(AsmParser &parser, SmallVectorImpl<Attribute> &words) {
  std::string text;
  int64_t number = 0;
  OptionalParseResult integer = parser.parseOptionalInteger(number);
  if (integer.has_value()) {
    if (failed(*integer))
      return failure();
    text = std::to_string(number);
  } else if (parser.parseKeywordOrString(&text)) {
    return failure();
  }
  words.push_back(parser.getBuilder().getStringAttr(text));
  return success();
}

Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  SmallVector<ArrayAttr> directives;
  auto parseDirective = [&]() -> ParseResult {
    SmallVector<Attribute> words;
    StringRef kind;
    if (parser.parseKeyword(&kind))
      return failure();
    words.push_back(parser.getBuilder().getStringAttr(kind));
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren,
                                       [&] { return parseWord(parser, words); }))
      return failure();
    directives.push_back(parser.getBuilder().getArrayAttr(words));
    return success();
  };
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseDirective) ||
      parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(where); }, parser.getContext(),
                    ArrayRef(directives));
}

void ScheduleAttr::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::interleaveComma(getDirectives(), printer, [&](ArrayAttr directive) {
    printer << word(directive[0]) << "(";
    llvm::interleaveComma(directive.getValue().drop_front(), printer, [&](Attribute argument) {
      int64_t number = 0;
      if (word(argument).getAsInteger(10, number))
        printer.printKeywordOrString(word(argument));
      else
        printer << number;
    });
    printer << ")";
  });
  printer << "]>";
}

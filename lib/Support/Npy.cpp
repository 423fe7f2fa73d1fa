//===- Npy.cpp - NumPy's array format -------------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// The format (numpy.lib.format): "\x93NUMPY", major, minor, the header's length in 2 bytes (version
// 1) or 4, then a Python dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
// padded with spaces, then the elements.
//
//===----------------------------------------------------------------------===//
#include "NpyFormat.h"
#include "fovea/Support/AtomicFile.h"
#include "fovea/Support/TensorFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace fovea;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

constexpr StringRef magic("\x93NUMPY", 6);

static const std::pair<StringRef, ElementType> typeCodes[] = {
    {"f4", ElementType::F32},  {"f2", ElementType::F16}, {"f8", ElementType::F64},
    {"b1", ElementType::Bool}, {"u1", ElementType::U8},  {"i1", ElementType::I8},
    {"u2", ElementType::U16},  {"i2", ElementType::I16}, {"u4", ElementType::U32},
    {"i4", ElementType::I32},  {"u8", ElementType::U64}, {"i8", ElementType::I64}};

namespace {
/// Reads the one form of Python dictionary that NumPy writes.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}

  Expected<NpyHeader> parse() {
    if (!take('{'))
      return fail("expected '{'");
    while (!take('}')) {
      std::string key;
      if (Error error = parseString(key))
        return error;
      if (!take(':'))
        return fail("expected ':'");
      if (Error error = parseValue(key))
        return error;
      if (!take(',') && !peek('}'))
        return fail("expected ',' or '}'");
    }
    if (!hasType || !hasOrder || !hasShape)
      return fail("'descr', 'fortran_order' or 'shape' is missing");
    return header;
  }

private:
  Error fail(const llvm::Twine &message) {
    return llvm::createStringError("malformed npy header: " + message);
  }
  bool peek(char c) {
    rest = rest.ltrim();
    return rest.starts_with(StringRef(&c, 1));
  }
  bool take(char c) {
    bool found = peek(c);
    rest = rest.drop_front(found ? 1 : 0);
    return found;
  }

  Error parseString(std::string &text) {
    char quote = peek('"') ? '"' : '\'';
    if (!take(quote))
      return fail("expected a string");
    size_t end = rest.find(quote);
    if (end == StringRef::npos)
      return fail("a string is not closed");
    text = rest.take_front(end).str();
    rest = rest.drop_front(end + 1);
    return Error::success();
  }

  Error parseValue(StringRef key) {
    if (key == "descr")
      return parseType();
    if (key == "fortran_order")
      return parseOrder();
    if (key == "shape")
      return parseShape();
    return fail("unknown key '" + key + "'");
  }

  Error parseType() {
    if (!peek('\'') && !peek('"'))
      return llvm::createStringError("arrays of records are not supported");
    std::string text;
    if (Error error = parseString(text))
      return error;
    StringRef code(text);
    bool oneByte = code.ends_with("1");
    bool little = code.consume_front("<") || (oneByte && code.consume_front("|"));
    for (const auto &[known, type] : typeCodes) {
      if (!little || code != known)
        continue;
      header.type = type;
      hasType = true;
      return Error::success();
    }
    return llvm::createStringError("element type '" + text + "' is not supported");
  }

  Error parseOrder() {
    rest = rest.ltrim();
    header.fortranOrder = rest.consume_front("True");
    if (!header.fortranOrder && !rest.consume_front("False"))
      return fail("'fortran_order' is neither True nor False");
    hasOrder = true;
    return Error::success();
  }

  Error parseShape() {
    header.shape.clear();
    if (!take('('))
      return fail("expected '(' after 'shape'");
    while (!take(')')) {
      rest = rest.ltrim();
      int64_t extent;
      if (rest.consumeInteger(10, extent) || extent < 0)
        return fail("an extent is no integer >= 0");
      header.shape.push_back(extent);
      if (!take(',') && !peek(')'))
        return fail("expected ',' or ')' in 'shape'");
    }
    hasShape = true;
    return Error::success();
  }

  StringRef rest;
  NpyHeader header;
  bool hasType = false, hasOrder = false, hasShape = false;
};
} // namespace

/// Splits `bytes` into the header's text and the elements behind it.
static Expected<std::pair<StringRef, StringRef>> splitHeader(StringRef bytes) {
  if (!bytes.starts_with(magic) || bytes.size() < magic.size() + 4)
    return llvm::createStringError("not an npy file");
  unsigned major = static_cast<uint8_t>(bytes[magic.size()]);
  if (major < 1 || major > 3)
    return llvm::createStringError("npy version " + llvm::Twine(major) + " is not supported");
  size_t lengthBytes = major == 1 ? 2 : 4;
  size_t prefix = magic.size() + 2 + lengthBytes;
  if (bytes.size() < prefix)
    return llvm::createStringError("truncated npy header");
  const char *length = bytes.data() + magic.size() + 2;
  size_t size = major == 1 ? llvm::support::endian::read16le(length)
                           : llvm::support::endian::read32le(length);
  if (size > bytes.size() - prefix)
    return llvm::createStringError("truncated npy header");
  return std::make_pair(bytes.substr(prefix, size), bytes.drop_front(prefix + size));
}

/// Element i of the row-major result is the element of the column-major `source` with the same
/// indices.
static Expected<Tensor> transposed(ElementType type, ArrayRef<int64_t> shape, StringRef source) {
  Expected<Tensor> result = Tensor::allocate(type, shape);
  if (!result)
    return result;
  std::vector<int64_t> stride(shape.size(), 1), index(shape.size(), 0);
  for (size_t d = 1; d < shape.size(); ++d)
    stride[d] = stride[d - 1] * shape[d - 1];
  int64_t width = byteWidth(type), from = 0;
  char *to = result->mutableBytes().data();
  for (int64_t i = 0, count = result->elementCount(); i < count; ++i) {
    std::memcpy(to + i * width, source.data() + from * width, width);
    for (size_t d = shape.size(); d-- > 0;) {
      from += stride[d];
      if (++index[d] < shape[d])
        break;
      from -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
  return result;
}

Expected<NpyHeader> fovea::parseNpyHeader(StringRef text) { return HeaderParser(text).parse(); }

static Expected<Tensor> parse(ArrayRef<char> bytes, std::shared_ptr<const void> owner) {
  auto parts = splitHeader(StringRef(bytes.data(), bytes.size()));
  if (!parts)
    return parts.takeError();
  Expected<NpyHeader> header = parseNpyHeader(parts->first);
  if (!header)
    return header.takeError();
  Expected<int64_t> size = byteSize(header->type, header->shape);
  if (!size)
    return size.takeError();
  StringRef data = parts->second;
  if (data.size() < static_cast<uint64_t>(*size))
    return llvm::createStringError("truncated: " + fovea::typeName(header->type, header->shape) +
                                   " takes " + llvm::Twine(*size) + " bytes, but there are " +
                                   llvm::Twine(data.size()));
  if (header->fortranOrder && header->shape.size() > 1)
    return transposed(header->type, header->shape, data);
  return Tensor::view(header->type, header->shape, {data.data(), static_cast<size_t>(*size)},
                      std::move(owner));
}

Expected<Tensor> fovea::parseNpy(ArrayRef<char> bytes, std::shared_ptr<const void> owner,
                                 StringRef name) {
  Expected<Tensor> tensor = parse(bytes, std::move(owner));
  if (!tensor)
    return llvm::createStringError(name + ": " + llvm::toString(tensor.takeError()));
  return tensor;
}

Expected<Tensor> fovea::readNpy(StringRef path) {
  auto file = mapFile(path);
  if (!file)
    return file.takeError();
  StringRef bytes = (*file)->getBuffer();
  return parseNpy({bytes.data(), bytes.size()}, *file, path);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

Expected<std::string> fovea::npyPrefix(const Tensor &tensor) {
  const auto *code = llvm::find_if(
      typeCodes, [&](const auto &pair) { return pair.second == tensor.elementType(); });
  if (code == std::end(typeCodes))
    return llvm::createStringError("npy has no element type " + toString(tensor.elementType()));
  std::string shape = llvm::join(
      llvm::map_range(tensor.shape(), [](int64_t e) { return std::to_string(e); }), ", ");
  if (tensor.shape().size() == 1)
    shape += ","; // Python's tuple of one.
  std::string header = "{'descr': '" + std::string(byteWidth(code->second) == 1 ? "|" : "<") +
                       code->first.str() + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  // Padded so that the elements begin at a multiple of 64; 10 bytes stand before, a line feed ends
  // it.
  header.resize(llvm::alignTo(header.size() + 11, 64) - 11, ' ');
  header += '\n';
  if (header.size() > 0xffff)
    return llvm::createStringError("too many dimensions for npy");
  std::string prefix = magic.str() + std::string("\x01\x00", 2);
  prefix += static_cast<char>(header.size() & 0xff);
  prefix += static_cast<char>(header.size() >> 8);
  return prefix + header;
}

Error fovea::writeNpy(StringRef path, const Tensor &tensor) {
  Expected<std::string> prefix = npyPrefix(tensor);
  if (!prefix)
    return llvm::createStringError("cannot write '" + path +
                                   "': " + llvm::toString(prefix.takeError()));
  return writeFileAtomically(path, [&](llvm::raw_pwrite_stream &os) {
    os << *prefix;
    os.write(tensor.bytes().data(), tensor.bytes().size());
    return Error::success();
  });
}

//===- SafeTensors.cpp - The safetensors format ---------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/AtomicFile.h"
#include "fovea/Support/Json.h"
#include "fovea/Support/TensorFile.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace fovea;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
namespace json = llvm::json;

constexpr uint64_t lengthBytes = 8;
/// The reference implementation's bound; without one, a corrupt length would have us parse
/// gigabytes.
constexpr uint64_t maxHeaderBytes = 100'000'000;
constexpr uint64_t writeAlignment = 64;

static const std::pair<StringRef, ElementType> formatNames[] = {
    {"F32", ElementType::F32}, {"F16", ElementType::F16},   {"BF16", ElementType::BF16},
    {"F64", ElementType::F64}, {"BOOL", ElementType::Bool}, {"U8", ElementType::U8},
    {"I8", ElementType::I8},   {"U16", ElementType::U16},   {"I16", ElementType::I16},
    {"U32", ElementType::U32}, {"I32", ElementType::I32},   {"U64", ElementType::U64},
    {"I64", ElementType::I64}};

namespace {
/// One entry of the header; begin and end count from the end of the header.
struct Entry {
  std::string name;
  ElementType type;
  std::vector<int64_t> shape;
  uint64_t begin, end;
};

class Parser {
public:
  explicit Parser(std::shared_ptr<llvm::MemoryBuffer> file)
      : file(std::move(file)), bytes(this->file->getBuffer()) {}
  Expected<NamedTensors> parse();

private:
  Error fail(const llvm::Twine &message) const {
    return llvm::createStringError(file->getBufferIdentifier() + ": " + message);
  }
  Error failAt(StringRef name, const llvm::Twine &message) const {
    return fail("tensor '" + name + "': " + message);
  }
  Expected<json::Value> parseHeader();
  Expected<Entry> parseEntry(StringRef name, const json::Value &value) const;
  Expected<std::vector<int64_t>> parseShape(StringRef name, const json::Object &object) const;
  Error checkNoOverlap(std::vector<Entry> &entries) const;

  std::shared_ptr<llvm::MemoryBuffer> file;
  StringRef bytes;
  StringRef data; ///< What follows the header.
};
} // namespace

Expected<json::Value> Parser::parseHeader() {
  if (bytes.size() < lengthBytes)
    return fail("not a safetensors file: " + llvm::Twine(bytes.size()) + " bytes");
  uint64_t length = llvm::support::endian::read64le(bytes.data());
  if (length > maxHeaderBytes || length > bytes.size() - lengthBytes)
    return fail("not a safetensors file, or truncated: a header of " + llvm::Twine(length) +
                " bytes in a file of " + llvm::Twine(bytes.size()));
  data = bytes.drop_front(lengthBytes + length);
  Expected<json::Value> header = parseJson(bytes.substr(lengthBytes, length), /*maxDepth=*/4);
  if (!header)
    return fail("malformed header: " + llvm::toString(header.takeError()));
  return header;
}

Expected<std::vector<int64_t>> Parser::parseShape(StringRef name,
                                                  const json::Object &object) const {
  const json::Array *extents = object.getArray("shape");
  if (!extents)
    return failAt(name, "no array 'shape'");
  std::vector<int64_t> shape;
  for (const json::Value &extent : *extents) {
    std::optional<int64_t> value = extent.getAsInteger();
    if (!value || *value < 0)
      return failAt(name, "an extent is no integer >= 0");
    shape.push_back(*value);
  }
  return shape;
}

Expected<Entry> Parser::parseEntry(StringRef name, const json::Value &value) const {
  const json::Object *object = value.getAsObject();
  if (!object)
    return failAt(name, "not an object");
  std::optional<StringRef> typeText = object->getString("dtype");
  if (!typeText)
    return failAt(name, "no string 'dtype'");
  const auto *known =
      llvm::find_if(formatNames, [&](const auto &pair) { return pair.first == *typeText; });
  if (known == std::end(formatNames))
    return failAt(name, "element type '" + *typeText + "' is not supported");
  Expected<std::vector<int64_t>> shape = parseShape(name, *object);
  if (!shape)
    return shape.takeError();
  Expected<int64_t> size = byteSize(known->second, *shape);
  if (!size)
    return failAt(name, llvm::toString(size.takeError()));

  const json::Array *offsets = object->getArray("data_offsets");
  std::optional<int64_t> begin, end;
  if (offsets && offsets->size() == 2) {
    begin = (*offsets)[0].getAsInteger();
    end = (*offsets)[1].getAsInteger();
  }
  if (!begin || !end || *begin < 0 || *end < *begin)
    return failAt(name, "'data_offsets' are not two integers [begin, end]");
  if (static_cast<uint64_t>(*end) > data.size())
    return failAt(name, "ends at byte " + llvm::Twine(*end) + " of " + llvm::Twine(data.size()) +
                            " (is the file truncated?)");
  if (*end - *begin != *size)
    return failAt(name, fovea::typeName(known->second, *shape) + " takes " + llvm::Twine(*size) +
                            " bytes, but its offsets span " + llvm::Twine(*end - *begin));
  return Entry{name.str(), known->second, std::move(*shape), uint64_t(*begin), uint64_t(*end)};
}

Error Parser::checkNoOverlap(std::vector<Entry> &entries) const {
  llvm::sort(entries, [](const Entry &a, const Entry &b) {
    return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
  });
  for (size_t i = 1; i < entries.size(); ++i)
    if (entries[i].begin < entries[i - 1].end)
      return fail("tensors '" + entries[i - 1].name + "' and '" + entries[i].name + "' overlap");
  return Error::success();
}

Expected<NamedTensors> Parser::parse() {
  Expected<json::Value> header = parseHeader();
  if (!header)
    return header.takeError();
  const json::Object *object = header->getAsObject();
  if (!object)
    return fail("malformed header: not an object");
  std::vector<Entry> entries;
  for (const auto &[key, value] : *object) {
    if (key == "__metadata__")
      continue;
    Expected<Entry> entry = parseEntry(key, value);
    if (!entry)
      return entry.takeError();
    entries.push_back(std::move(*entry));
  }
  if (Error error = checkNoOverlap(entries))
    return error;
  NamedTensors tensors;
  for (const Entry &entry : entries) {
    StringRef slice = data.substr(entry.begin, entry.end - entry.begin);
    Expected<Tensor> tensor =
        Tensor::view(entry.type, entry.shape, {slice.data(), slice.size()}, file);
    if (!tensor)
      return failAt(entry.name, llvm::toString(tensor.takeError()));
    tensors.emplace(entry.name, std::move(*tensor));
  }
  return tensors;
}

Expected<NamedTensors> fovea::parseSafeTensors(std::shared_ptr<llvm::MemoryBuffer> file) {
  return Parser(std::move(file)).parse();
}

Expected<NamedTensors> fovea::readSafeTensors(StringRef path) {
  auto file = mapFile(path);
  if (!file)
    return file.takeError();
  return parseSafeTensors(std::move(*file));
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static StringRef formatName(ElementType type) {
  return llvm::find_if(formatNames, [&](const auto &pair) { return pair.second == type; })->first;
}

namespace {
using NamedTensor = NamedTensors::const_pointer;
} // namespace

/// Wide elements first, so that every tensor is aligned for its type without the holes that the
/// format forbids.
static std::vector<NamedTensor> writingOrder(const NamedTensors &tensors) {
  std::vector<NamedTensor> order;
  for (const auto &tensor : tensors)
    order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](NamedTensor a, NamedTensor b) {
    return byteWidth(a->second.elementType()) > byteWidth(b->second.elementType());
  });
  return order;
}

static json::Object headerOf(ArrayRef<NamedTensor> tensors,
                             const std::map<std::string, std::string> &metadata) {
  json::Object header;
  if (!metadata.empty()) {
    json::Object texts;
    for (const auto &[key, value] : metadata)
      texts[key] = value;
    header["__metadata__"] = std::move(texts);
  }
  int64_t offset = 0;
  for (NamedTensor named : tensors) {
    const Tensor &tensor = named->second;
    int64_t end = offset + static_cast<int64_t>(tensor.bytes().size());
    header[named->first] = json::Object{{"dtype", formatName(tensor.elementType())},
                                        {"shape", json::Array(tensor.shape())},
                                        {"data_offsets", json::Array{offset, end}}};
    offset = end;
  }
  return header;
}

Error fovea::writeSafeTensors(StringRef path, const NamedTensors &tensors,
                              const std::map<std::string, std::string> &metadata) {
  for (const auto &[name, tensor] : tensors)
    if (name == "__metadata__" || !json::isUTF8(name))
      return llvm::createStringError("cannot write '" + path + "': '" + json::fixUTF8(name) +
                                     "' cannot name a tensor");
  std::vector<NamedTensor> order = writingOrder(tensors);
  std::string header;
  llvm::raw_string_ostream(header) << json::Value(headerOf(order, metadata));
  header.resize(llvm::alignTo(header.size() + lengthBytes, writeAlignment) - lengthBytes, ' ');
  return writeFileAtomically(path, [&](llvm::raw_pwrite_stream &os) {
    llvm::support::endian::write(os, uint64_t(header.size()), llvm::endianness::little);
    os << header;
    for (NamedTensor named : order)
      os.write(named->second.bytes().data(), named->second.bytes().size());
    return Error::success();
  });
}

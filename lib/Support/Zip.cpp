//===- Zip.cpp - The members of a zip file --------------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Zip.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/EndianStream.h"
#include "llvm/Support/MathExtras.h"
#include <cstdlib>
#include <zlib.h>

using namespace fovea;
using namespace llvm::support::endian;
using llvm::ArrayRef;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

constexpr uint32_t localSignature = 0x04034b50, centralSignature = 0x02014b50;
constexpr uint32_t endSignature = 0x06054b50, end64Signature = 0x06064b50;
constexpr uint32_t locator64Signature = 0x07064b50;
constexpr size_t localSize = 30, centralSize = 46, endSize = 22, end64Size = 56, locator64Size = 20;
constexpr uint16_t stored = 0, deflated = 8;
/// Deflate cannot do better than 1 : 1032, so a larger claim is a lie that would have us reserve
/// memory.
constexpr uint64_t maxDeflateRatio = 1032;
constexpr uint64_t maxInflatedBytes = uint64_t(16) << 30;

namespace {
struct Directory {
  uint64_t offset, size, entries;
};

/// An entry of the central directory.
struct Entry {
  StringRef name;
  uint16_t flags, method;
  uint32_t crc;
  uint64_t packedSize, size, localOffset;
};

class Reader {
public:
  explicit Reader(std::shared_ptr<llvm::MemoryBuffer> file)
      : file(std::move(file)), bytes(this->file->getBuffer()) {}
  Expected<std::vector<ZipMember>> read();

private:
  Error fail(const llvm::Twine &message) const { return llvm::createStringError(message); }
  /// Whether [offset, offset + size) lies in the file.
  bool contains(uint64_t offset, uint64_t size) const {
    return offset <= bytes.size() && size <= bytes.size() - offset;
  }
  bool hasSignature(uint64_t offset, uint64_t size, uint32_t signature) const {
    return contains(offset, size) && read32le(bytes.data() + offset) == signature;
  }
  Expected<Directory> findDirectory() const;
  Expected<Directory> findDirectory64(uint64_t endOffset) const;
  Expected<Entry> readEntry(uint64_t &offset) const;
  Expected<StringRef> packedBytes(const Entry &entry) const;
  Expected<ZipMember> readMember(const Entry &entry);

  std::shared_ptr<llvm::MemoryBuffer> file;
  StringRef bytes;
  uint64_t inflatedBytes = 0;
};
} // namespace

Expected<Directory> Reader::findDirectory64(uint64_t endOffset) const {
  uint64_t locator = endOffset - locator64Size;
  if (endOffset < locator64Size || !hasSignature(locator, locator64Size, locator64Signature))
    return fail("the zip64 directory is missing");
  uint64_t end = read64le(bytes.data() + locator + 8);
  if (!hasSignature(end, end64Size, end64Signature))
    return fail("the zip64 directory is missing");
  const char *p = bytes.data() + end;
  return Directory{read64le(p + 48), read64le(p + 40), read64le(p + 32)};
}

Expected<Directory> Reader::findDirectory() const {
  constexpr size_t maxComment = 0xffff;
  if (bytes.size() < endSize)
    return fail("not a zip file, or truncated");
  uint64_t last = bytes.size() - endSize;
  uint64_t first = last > maxComment ? last - maxComment : 0;
  for (uint64_t offset = last + 1; offset-- > first;) {
    if (!hasSignature(offset, endSize, endSignature))
      continue;
    const char *p = bytes.data() + offset;
    Directory directory{read32le(p + 16), read32le(p + 12), read16le(p + 10)};
    if (directory.offset == 0xffffffff || directory.size == 0xffffffff ||
        directory.entries == 0xffff)
      return findDirectory64(offset);
    return directory;
  }
  return fail("not a zip file, or truncated");
}

/// Replaces the sizes that do not fit in 32 bits by those of the zip64 field, which holds them in
/// this order.
static void applyZip64(StringRef extra, Entry &entry) {
  while (extra.size() >= 4) {
    uint16_t id = read16le(extra.data()), size = read16le(extra.data() + 2);
    StringRef field = extra.substr(4, size);
    extra = extra.drop_front(std::min<size_t>(extra.size(), 4 + size));
    if (id != 1)
      continue;
    for (uint64_t *value : {&entry.size, &entry.packedSize, &entry.localOffset}) {
      if (*value != 0xffffffff || field.size() < 8)
        continue;
      *value = read64le(field.data());
      field = field.drop_front(8);
    }
  }
}

Expected<Entry> Reader::readEntry(uint64_t &offset) const {
  if (!hasSignature(offset, centralSize, centralSignature))
    return fail("the zip directory is damaged");
  const char *p = bytes.data() + offset;
  size_t nameSize = read16le(p + 28), extraSize = read16le(p + 30), commentSize = read16le(p + 32);
  if (!contains(offset, centralSize + nameSize + extraSize + commentSize))
    return fail("the zip directory is damaged");
  Entry entry{bytes.substr(offset + centralSize, nameSize),
              read16le(p + 8),
              read16le(p + 10),
              read32le(p + 16),
              read32le(p + 20),
              read32le(p + 24),
              read32le(p + 42)};
  applyZip64(bytes.substr(offset + centralSize + nameSize, extraSize), entry);
  offset += centralSize + nameSize + extraSize + commentSize;
  return entry;
}

Expected<StringRef> Reader::packedBytes(const Entry &entry) const {
  if (!hasSignature(entry.localOffset, localSize, localSignature))
    return fail("its header is damaged");
  const char *p = bytes.data() + entry.localOffset;
  // The local lengths of name and extra field count: they may differ from the directory's.
  uint64_t start = entry.localOffset + localSize + read16le(p + 26) + read16le(p + 28);
  if (!contains(start, entry.packedSize))
    return fail("it reaches past the end of the file");
  return bytes.substr(start, entry.packedSize);
}

static Error inflateInto(StringRef packed, char *to, uint64_t size) {
  z_stream stream = {};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
    return llvm::createStringError("no memory to inflate it");
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
  stream.next_out = reinterpret_cast<Bytef *>(to);
  uint64_t inLeft = packed.size(), outLeft = size;
  int status = Z_OK;
  while (status == Z_OK) { // zlib counts in 32 bits.
    uInt in = std::min<uint64_t>(inLeft, 1u << 30), out = std::min<uint64_t>(outLeft, 1u << 30);
    stream.avail_in = in;
    stream.avail_out = out;
    status = inflate(&stream, Z_NO_FLUSH);
    inLeft -= in - stream.avail_in;
    outLeft -= out - stream.avail_out;
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || inLeft != 0 || outLeft != 0)
    return llvm::createStringError("its deflated data are damaged");
  return Error::success();
}

static uint32_t crcOf(ArrayRef<char> data) {
  return crc32_z(0, reinterpret_cast<const Bytef *>(data.data()), data.size());
}

Expected<ZipMember> Reader::readMember(const Entry &entry) {
  if (entry.flags & 1)
    return fail("it is encrypted");
  Expected<StringRef> packed = packedBytes(entry);
  if (!packed)
    return packed.takeError();
  ZipMember member{entry.name.str(), {packed->data(), packed->size()}, file};
  if (entry.method == stored) {
    if (entry.size != entry.packedSize)
      return fail("its sizes differ though it is stored");
  } else if (entry.method == deflated) {
    inflatedBytes = llvm::SaturatingAdd(inflatedBytes, entry.size);
    if (entry.size / maxDeflateRatio > packed->size() || inflatedBytes > maxInflatedBytes)
      return fail("its size of " + llvm::Twine(entry.size) + " bytes is impossible or too large");
    char *memory = static_cast<char *>(std::malloc(std::max<uint64_t>(entry.size, 1)));
    if (!memory)
      return fail("no memory for " + llvm::Twine(entry.size) + " bytes");
    member.owner = std::shared_ptr<const void>(memory, std::free);
    member.bytes = {memory, static_cast<size_t>(entry.size)};
    if (Error error = inflateInto(*packed, memory, entry.size))
      return error;
  } else {
    return fail("compression method " + llvm::Twine(entry.method) + " is not supported");
  }
  if (crcOf(member.bytes) != entry.crc)
    return fail("its checksum is wrong");
  return member;
}

Expected<std::vector<ZipMember>> Reader::read() {
  Expected<Directory> directory = findDirectory();
  if (!directory)
    return directory.takeError();
  if (!contains(directory->offset, directory->size) ||
      directory->entries > directory->size / centralSize)
    return fail("the zip directory is damaged");
  std::vector<ZipMember> members;
  uint64_t offset = directory->offset;
  for (uint64_t i = 0; i < directory->entries; ++i) {
    Expected<Entry> entry = readEntry(offset);
    if (!entry)
      return entry.takeError();
    Expected<ZipMember> member = readMember(*entry);
    if (!member)
      return fail("member '" + entry->name + "': " + llvm::toString(member.takeError()));
    members.push_back(std::move(*member));
  }
  return members;
}

Expected<std::vector<ZipMember>> fovea::readZip(std::shared_ptr<llvm::MemoryBuffer> file) {
  return Reader(std::move(file)).read();
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

namespace {
/// What the local header and the directory say alike about a member.
struct Written {
  StringRef name;
  uint32_t crc, size, localOffset;
};

class LittleEndian {
public:
  explicit LittleEndian(llvm::raw_ostream &os) : os(os) {}
  LittleEndian &u16(uint16_t value) {
    write(os, value, llvm::endianness::little);
    return *this;
  }
  LittleEndian &u32(uint32_t value) {
    write(os, value, llvm::endianness::little);
    return *this;
  }

private:
  llvm::raw_ostream &os;
};
} // namespace

/// From "version needed" to "extra field length". Time 0, date 1980-01-01: the format's zero.
static void writeCommonFields(LittleEndian &le, const Written &member) {
  constexpr uint16_t version = 20, utf8 = 1 << 11, firstDay = (1 << 5) | 1;
  le.u16(version).u16(utf8).u16(stored).u16(0).u16(firstDay);
  le.u32(member.crc).u32(member.size).u32(member.size).u16(member.name.size()).u16(0);
}

static void writeDirectory(llvm::raw_ostream &os, ArrayRef<Written> members, uint32_t offset) {
  LittleEndian le(os);
  uint32_t size = 0;
  for (const Written &member : members) {
    le.u32(centralSignature).u16(20);
    writeCommonFields(le, member);
    le.u16(0).u16(0).u16(0).u32(0).u32(member.localOffset);
    os << member.name;
    size += centralSize + member.name.size();
  }
  uint16_t count = members.size();
  le.u32(endSignature).u16(0).u16(0).u16(count).u16(count).u32(size).u32(offset).u16(0);
}

Error fovea::writeZip(llvm::raw_ostream &os, ArrayRef<ZipSource> members) {
  constexpr uint64_t limit = 0xffffffff;
  std::vector<Written> written;
  uint64_t offset = 0;
  for (const ZipSource &member : members) {
    uint64_t size = 0;
    uLong crc = crc32_z(0, nullptr, 0);
    for (ArrayRef<char> piece : member.pieces) {
      crc = crc32_z(crc, reinterpret_cast<const Bytef *>(piece.data()), piece.size());
      size += piece.size();
    }
    uint64_t end = offset + localSize + member.name.size() + size;
    if (end >= limit || member.name.size() > 0xffff || written.size() >= 0xfffe)
      return llvm::createStringError("too large for a zip file without zip64");
    written.push_back({member.name, uint32_t(crc), uint32_t(size), uint32_t(offset)});
    LittleEndian le(os);
    le.u32(localSignature);
    writeCommonFields(le, written.back());
    os << member.name;
    for (ArrayRef<char> piece : member.pieces)
      os.write(piece.data(), piece.size());
    offset = end;
  }
  writeDirectory(os, written, offset);
  return Error::success();
}

//===- PackedWeights.cpp - The weights as kernels read them -----*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/PackedWeights.h"
#include "fovea/Support/Memory.h"
#include "fovea/Target/Driver/DriverObject.h"
#include "lib/Target/Driver/PlanMemory.h"
#include "lib/Target/Driver/runtime/weights_format.h"
#include <algorithm>

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

static_assert(sizeof(fovea_weights_header) == FOVEA_WEIGHTS_BLOCK, "data begins after one block");

namespace {

/// Passes data on, summing it up; blocks of 64 bytes may straddle what is given.
class DataWriter {
public:
  explicit DataWriter(raw_ostream &os) : os(os) { fovea_checksum_begin(&sum); }

  void write(ArrayRef<char> data) {
    os.write(data.data(), data.size());
    written += data.size();
    if (!partial.empty()) {
      size_t missing = std::min(data.size(), FOVEA_WEIGHTS_BLOCK - partial.size());
      partial.append(data.begin(), data.begin() + missing);
      data = data.drop_front(missing);
      if (partial.size() < FOVEA_WEIGHTS_BLOCK)
        return;
      fovea_checksum_add(&sum, partial.data(), 1);
      partial.clear();
    }
    size_t blocks = data.size() / FOVEA_WEIGHTS_BLOCK;
    fovea_checksum_add(&sum, data.data(), blocks);
    ArrayRef<char> rest = data.drop_front(blocks * FOVEA_WEIGHTS_BLOCK);
    partial.append(rest.begin(), rest.end());
  }

  void zerosUntil(uint64_t offset) {
    static const char zeros[FOVEA_WEIGHTS_BLOCK] = {};
    while (written < offset)
      write(ArrayRef<char>(zeros, std::min<uint64_t>(sizeof zeros, offset - written)));
  }

  uint64_t position() const { return written; }
  uint64_t checksum() const { return fovea_checksum_end(&sum); }

private:
  raw_ostream &os;
  fovea_checksum sum;
  SmallVector<char, FOVEA_WEIGHTS_BLOCK> partial;
  uint64_t written = 0;
};

struct Placed {
  unsigned variant;
  unsigned constant;
  uint64_t offset;
  uint64_t bytes;
};

} // namespace

/// The constants of all variants in the order in which they lie; one that shares its place with
/// another is left out.
static std::vector<Placed> placeConstants(const Network &network) {
  std::vector<Placed> placed;
  for (unsigned variant = 0; variant < network.variants.size(); ++variant) {
    const plan::Plan &plan = *network.variants[variant].plan;
    for (unsigned i = 0; i < plan.constants.size(); ++i) {
      unsigned buffer = plan.constants[i].buffer;
      uint64_t bytes = plan.buffers[buffer].bytes();
      uint64_t offset = findMemory(plan, buffer).offset;
      placed.push_back({variant, i, offset, bytes});
    }
  }
  llvm::stable_sort(placed, [](const Placed &a, const Placed &b) { return a.offset < b.offset; });
  auto same = [](const Placed &a, const Placed &b) {
    return a.offset == b.offset && a.bytes == b.bytes;
  };
  placed.erase(std::unique(placed.begin(), placed.end(), same), placed.end());
  return placed;
}

static Error writeData(const Network &network, PackConstant pack, DataWriter &writer) {
  std::vector<char> bytes;
  for (const Placed &place : placeConstants(network)) {
    const std::string &name = network.variants[place.variant].plan->constants[place.constant].name;
    if (place.offset < writer.position() || place.offset + place.bytes > weightDataBytes(network))
      return createStringError("constant '" + name + "' overlaps another or the weights' end");
    bytes.assign(place.bytes, 0);
    if (Error error = pack(place.variant, place.constant, bytes))
      return error;
    writer.zerosUntil(place.offset);
    writer.write(bytes);
  }
  writer.zerosUntil(weightDataBytes(network));
  return Error::success();
}

Error driver::writePackedWeights(const Network &network, PackConstant pack, raw_pwrite_stream &os) {
  if (Error error = checkNetwork(network))
    return error;
  fovea_weights_header header = {};
  memcpy(header.magic, FOVEA_WEIGHTS_MAGIC, sizeof header.magic);
  header.version = FOVEA_WEIGHTS_VERSION;
  header.dataOffset = sizeof header;
  header.dataBytes = weightDataBytes(network);
  llvm::copy(weightsHash(network), header.planHash);
  uint64_t begin = os.tell();
  os.write(reinterpret_cast<const char *>(&header), sizeof header);
  DataWriter writer(os);
  if (Error error = writeData(network, pack, writer))
    return error;
  header.checksum = writer.checksum();
  os.pwrite(reinterpret_cast<const char *>(&header), sizeof header, begin);
  return Error::success();
}

namespace {

/// Writes to memory that has its final size.
class FixedStream : public raw_pwrite_stream {
public:
  explicit FixedStream(MutableArrayRef<char> memory) : memory(memory) { SetUnbuffered(); }

private:
  void write_impl(const char *data, size_t size) override {
    memcpy(memory.data() + position, data, size);
    position += size;
  }
  void pwrite_impl(const char *data, size_t size, uint64_t offset) override {
    memcpy(memory.data() + offset, data, size);
  }
  uint64_t current_pos() const override { return position; }

  MutableArrayRef<char> memory;
  uint64_t position = 0;
};

} // namespace

Expected<std::unique_ptr<MemoryBuffer>> driver::packWeights(const Network &network,
                                                            PackConstant pack) {
  uint64_t bytes = sizeof(fovea_weights_header) + weightDataBytes(network);
  // Runs read them as they read those of a file, which the run-time library puts into huge pages.
  std::unique_ptr<WritableMemoryBuffer> buffer = largeBuffer(bytes, "packed weights");
  if (!buffer)
    return createStringError("no memory for " + Twine(bytes) + " bytes of packed weights");
  FixedStream os(buffer->getBuffer());
  if (Error error = writePackedWeights(network, pack, os))
    return error;
  return std::unique_ptr<MemoryBuffer>(std::move(buffer));
}

Error driver::checkPackedWeights(const Network &network, StringRef image) {
  fovea_weights_header header;
  if (image.size() < sizeof header || !image.starts_with(FOVEA_WEIGHTS_MAGIC))
    return createStringError("this is no file of packed weights");
  memcpy(&header, image.data(), sizeof header);
  if (header.version != FOVEA_WEIGHTS_VERSION || header.dataOffset != sizeof header)
    return createStringError("packed by another version of Fovea");
  if (ArrayRef(header.planHash) != ArrayRef(weightsHash(network)))
    return createStringError("packed for another network, target or plan");
  StringRef data = image.drop_front(sizeof header);
  if (header.dataBytes != weightDataBytes(network) || data.size() != header.dataBytes)
    return createStringError("truncated or too long");
  fovea_checksum sum;
  fovea_checksum_begin(&sum);
  fovea_checksum_add(&sum, data.data(), data.size() / FOVEA_WEIGHTS_BLOCK);
  if (header.checksum != fovea_checksum_end(&sum))
    return createStringError("damaged: its checksum is wrong");
  return Error::success();
}

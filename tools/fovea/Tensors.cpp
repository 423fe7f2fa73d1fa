//===- Tensors.cpp - What commands read and write -------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Tensors.h"
#include "fovea/Driver/NativeNetwork.h"
#include "fovea/Support/Diagnostics.h"
#include "fovea/Support/Image.h"
#include "fovea/Support/TensorFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"
#include <cmath>

using namespace fovea;
using llvm::createStringError;

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static bool isPicture(llvm::StringRef path) {
  llvm::StringRef extension = llvm::sys::path::extension(path);
  return extension.equals_insensitive(".png") || extension.equals_insensitive(".jpg") ||
         extension.equals_insensitive(".jpeg");
}

/// Whether a picture of so many channels goes into the port as [1, H, W, C].
static bool wantsChannelsLast(const NetworkPort &port, int64_t channels) {
  llvm::ArrayRef<int64_t> shape = port.shape;
  return shape.size() == 4 && shape[3] == channels &&
         (shape[1] != channels || port.element == ElementType::U8);
}

/// u8[H, W, C] as f32[1, C, H, W] of 0 to 1, or as the port has it.
static llvm::Expected<Tensor> readPicture(llvm::StringRef path, const NetworkPort &port) {
  llvm::Expected<Tensor> picture = readImage(path);
  if (!picture)
    return picture.takeError();
  int64_t height = picture->shape()[0], width = picture->shape()[1], channels = picture->shape()[2];
  bool isLast = wantsChannelsLast(port, channels), isBytes = port.element == ElementType::U8;
  std::vector<int64_t> shape = {1, channels, height, width};
  if (isLast)
    shape = {1, height, width, channels};
  llvm::Expected<Tensor> result = Tensor::allocate(port.element, shape);
  if (!result)
    return result.takeError();
  llvm::ArrayRef<char> bytes = picture->bytes();
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t pixel = 0; pixel < height * width; ++pixel) {
      int64_t from = pixel * channels + c, to = isLast ? from : c * height * width + pixel;
      if (isBytes)
        result->mutableBytes()[to] = bytes[from];
      else
        result->mutableFloats()[to] = static_cast<unsigned char>(bytes[from]) / 255.0f;
    }
  return result;
}

/// The tensor for a port: of its name, or the file's only one. The others go to `others`.
static llvm::Expected<Tensor> readTensor(llvm::StringRef path, const NetworkPort &port,
                                         NamedTensors &others) {
  if (isPicture(path))
    return readPicture(path, port);
  llvm::Expected<NamedTensors> tensors = readTensorFile(path);
  if (!tensors)
    return tensors.takeError();
  auto found = tensors->find(port.name);
  if (found == tensors->end() && tensors->size() == 1)
    found = tensors->begin();
  if (found == tensors->end()) {
    std::string names;
    for (const auto &[name, tensor] : *tensors)
      names += (names.empty() ? "'" : ", '") + name + "'";
    return createStringError(path + " has no array '" + port.name + "', only " + names);
  }
  Tensor result = port.element == ElementType::U8 ? found->second : found->second.toF32();
  tensors->erase(found);
  others.merge(*tensors);
  return result;
}

/// The samples that `tensor` holds for a port, or an error that shows both shapes.
static llvm::Expected<int64_t> countSamples(const Tensor &tensor, const NetworkPort &port,
                                            llvm::StringRef path) {
  llvm::ArrayRef<int64_t> shape = tensor.shape();
  bool sameElements = tensor.elementType() == port.element;
  if (sameElements && shape == llvm::ArrayRef(port.shape))
    return 1;
  if (sameElements && !port.shape.empty() && port.shape[0] == 1 && !shape.empty() &&
      shape.drop_front() == llvm::ArrayRef(port.shape).drop_front())
    return shape[0];
  return createStringError(path + " is " + tensor.typeName() + ", but input '" + port.name +
                           "' is " + typeName(port.element, port.shape));
}

static llvm::Expected<unsigned> findPort(llvm::ArrayRef<NetworkPort> ports, llvm::StringRef name) {
  std::vector<llvm::StringRef> names;
  for (auto [index, port] : llvm::enumerate(ports)) {
    if (port.name == name)
      return index;
    names.push_back(port.name);
  }
  return createStringError("--input: no input is called '" + name + "'; there is '" +
                           llvm::join(names, "', '") + "'");
}

llvm::Expected<Samples> fovea::readSamples(llvm::ArrayRef<std::string> specs,
                                           llvm::ArrayRef<NetworkPort> ports) {
  Samples samples;
  std::vector<std::optional<Tensor>> tensors(ports.size());
  for (llvm::StringRef spec : specs) {
    auto [name, path] = spec.split('=');
    if (path.empty() && ports.size() != 1)
      return createStringError("--input: expected NAME=FILE, got '" + spec + "': the network has " +
                               llvm::Twine(ports.size()) + " inputs");
    if (path.empty())
      std::tie(name, path) = std::pair(llvm::StringRef(ports[0].name), spec);
    llvm::Expected<unsigned> index = findPort(ports, name);
    if (!index)
      return index.takeError();
    llvm::Expected<Tensor> tensor = readTensor(path, ports[*index], samples.others);
    if (!tensor)
      return tensor.takeError();
    llvm::Expected<int64_t> count = countSamples(*tensor, ports[*index], path);
    if (!count)
      return count.takeError();
    if (samples.isBatch && *count != samples.count)
      return createStringError(path + " has " + llvm::Twine(*count) + " samples, another input " +
                               llvm::Twine(samples.count));
    samples.isBatch |= *count != 1;
    samples.count = std::max(samples.count, *count);
    tensors[*index] = std::move(*tensor);
  }
  for (auto [tensor, port] : llvm::zip(tensors, ports)) {
    if (!tensor)
      return createStringError("input '" + port.name + "' is missing: give --input " + port.name +
                               "=FILE");
    samples.tensors.push_back(std::move(*tensor));
  }
  return samples;
}

std::vector<Tensor> Samples::at(int64_t index, llvm::ArrayRef<NetworkPort> ports) const {
  std::vector<Tensor> result;
  for (auto [tensor, port] : llvm::zip(tensors, ports)) {
    if (tensor.shape() == llvm::ArrayRef(port.shape)) {
      result.push_back(tensor); // Not a batch, or one input for all samples.
      continue;
    }
    size_t bytes = tensor.bytes().size() / count;
    auto keep = std::make_shared<Tensor>(tensor);
    // Cannot fail: the shape was checked.
    result.push_back(llvm::cantFail(Tensor::view(
        tensor.elementType(), port.shape, tensor.bytes().slice(index * bytes, bytes), keep)));
  }
  return result;
}

llvm::Expected<std::vector<Tensor>> fovea::givenOrRandom(llvm::ArrayRef<std::string> specs,
                                                         llvm::ArrayRef<NetworkPort> ports,
                                                         uint64_t seed) {
  if (specs.empty())
    return randomInputs(ports, seed);
  llvm::Expected<Samples> samples = readSamples(specs, ports);
  if (!samples)
    return samples.takeError();
  return samples->at(0, ports);
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static llvm::Error writePicture(llvm::StringRef path, const Tensor &tensor) {
  llvm::ArrayRef<int64_t> shape = tensor.shape();
  if (shape.size() != 4 || shape[0] != 1 || (shape[1] != 1 && shape[1] != 3))
    return createStringError("cannot write " + tensor.typeName() + " to " + path +
                             ": a picture is [1, 1 or 3, height, width]");
  int64_t channels = shape[1], pixels = shape[2] * shape[3];
  llvm::Expected<Tensor> picture =
      Tensor::allocate(ElementType::U8, {shape[2], shape[3], channels});
  if (!picture)
    return picture.takeError();
  llvm::MutableArrayRef<char> bytes = picture->mutableBytes();
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t pixel = 0; pixel < pixels; ++pixel) {
      float value = tensor.floats()[c * pixels + pixel];
      float clamped = value > 0 ? std::min(value, 1.0f) : 0.0f; // NaN is black.
      bytes[pixel * channels + c] = static_cast<char>(std::lround(clamped * 255));
    }
  return writePng(path, *picture);
}

llvm::Error fovea::writeOutputs(llvm::StringRef path, llvm::ArrayRef<NetworkPort> ports,
                                llvm::ArrayRef<Tensor> tensors, std::vector<std::string> &written) {
  llvm::StringRef extension = llvm::sys::path::extension(path);
  bool picture = extension.equals_insensitive(".png");
  if (!picture && extension != ".npy") {
    NamedTensors named;
    for (auto [port, tensor] : llvm::zip(ports, tensors))
      named[port.name] = tensor;
    written.push_back(path.str());
    return writeTensorFile(path, named);
  }
  for (auto [port, tensor] : llvm::zip(ports, tensors)) {
    std::string file = path.str();
    if (ports.size() > 1)
      file = (path.drop_back(extension.size()) + "-" + port.name + extension).str();
    if (llvm::Error error = picture ? writePicture(file, tensor) : writeNpy(file, tensor))
      return error;
    written.push_back(file);
  }
  return llvm::Error::success();
}

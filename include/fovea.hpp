//===- fovea.hpp - Networks compiled by Fovea, for C++17 --------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// fovea.h with an owner of instances, exceptions, and checks of what tensors hold. The header of a
// network carries the text of fovea.h: where that is included first, this file is all it takes.
//
//   #include "lenet5.h"
//   #include "fovea.hpp"
//
//   fovea::Network net(lenet5_network(), "lenet5.weights");
//   std::vector<float> image(fovea::elementCount(net.input(0)));
//   std::vector<float> logits(fovea::elementCount(net.output(0)));
//   net.run(image, logits);
//
//===----------------------------------------------------------------------===//
#ifndef FOVEA_HPP
#define FOVEA_HPP

#ifndef FOVEA_H
#include "fovea.h"
#endif
#include <initializer_list>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fovea {

/// Thrown where creating or running an instance fails.
class Error : public std::runtime_error {
public:
  Error(int status, const std::string &message) : std::runtime_error(message), code(status) {}
  /// A fovea_status, or a kernel's own negative one.
  int status() const noexcept { return code; }

private:
  int code;
};

/// How many elements a tensor of this port has.
inline std::size_t elementCount(const fovea_port &port) {
  std::size_t count = 1;
  for (int i = 0; i < port.rank; ++i)
    count *= static_cast<std::size_t>(port.shape[i]);
  return count;
}

/// A port's type and shape: "f32[1, 1, 32, 32]".
inline std::string describe(const fovea_port &port) {
  static constexpr const char *names[] = {"f32", "f16", "bf16", "f64", "i8",  "u8",
                                          "i16", "u16", "i32",  "i64", "bool"};
  bool known = port.element >= 0 && port.element <= FOVEA_BOOL;
  std::string text = known ? names[port.element] : "?";
  for (int i = 0; i < port.rank; ++i)
    text += (i ? ", " : "[") + std::to_string(port.shape[i]);
  return text + (port.rank ? "]" : "[]");
}

/// Whether tensors of a port are held as elements of T: f16 and bf16 as uint16_t, bool as either
/// bool or uint8_t.
template <typename T> bool holds(const fovea_port &port) {
  switch (port.element) {
  case FOVEA_F32:
    return std::is_same_v<T, float>;
  case FOVEA_F64:
    return std::is_same_v<T, double>;
  case FOVEA_F16:
  case FOVEA_BF16:
  case FOVEA_U16:
    return std::is_same_v<T, std::uint16_t>;
  case FOVEA_I8:
    return std::is_same_v<T, std::int8_t>;
  case FOVEA_U8:
    return std::is_same_v<T, std::uint8_t>;
  case FOVEA_I16:
    return std::is_same_v<T, std::int16_t>;
  case FOVEA_I32:
    return std::is_same_v<T, std::int32_t>;
  case FOVEA_I64:
    return std::is_same_v<T, std::int64_t>;
  case FOVEA_BOOL:
    return std::is_same_v<T, bool> || std::is_same_v<T, std::uint8_t>;
  default:
    return false;
  }
}

/// The elements of a tensor, dense and row-major, that someone else owns: a pointer and a count, or
/// whatever has std::data and std::size (a vector, an array, a span). `Void` is void of what is
/// written, const void of what is read.
template <typename Void> class TensorView {
public:
  template <typename T>
  TensorView(T *data, std::size_t size)
      : pointer(data), count(size), bytes(size * sizeof(T)),
        holds(&fovea::holds<std::remove_const_t<T>>) {}
  template <typename C, typename = decltype(std::data(std::declval<C &>()))>
  TensorView(C &&elements) : TensorView(std::data(elements), std::size(elements)) {}

  /// The tensor; an Error where it is none of this port.
  Void *checked(const fovea_port &port) const {
    if (!holds(port))
      throw Error(FOVEA_INVALID,
                  std::string(port.name) + ": elements of another type than " + describe(port));
    if (bytes != port.bytes)
      throw Error(FOVEA_INVALID, std::string(port.name) + ": " + std::to_string(count) +
                                     " elements, expected " + describe(port));
    return pointer;
  }

private:
  Void *pointer;
  std::size_t count, bytes;
  bool (*holds)(const fovea_port &port);
};

using Input = TensorView<const void>;
using Output = TensorView<void>;

/// An instance of a compiled network: memory and threads. Instances are independent of each other;
/// one instance runs in one thread at a time.
class Network {
public:
  /// With the weights that `options` give, or those embedded in the network.
  explicit Network(const fovea_network *network, fovea_options options = fovea_default_options()) {
    char message[512] = "";
    if (!options.message) {
      options.message = message;
      options.message_bytes = sizeof message;
    }
    fovea_instance *created = nullptr;
    int status = fovea_create(network, &options, &created);
    if (status)
      throw Error(status, options.message[0] ? options.message : fovea_error(status));
    instance.reset(created);
    inputs.resize(static_cast<std::size_t>(fovea_input_count(network)));
    outputs.resize(static_cast<std::size_t>(fovea_output_count(network)));
  }
  /// With the weights of a file.
  Network(const fovea_network *network, const std::string &weightsPath,
          fovea_options options = fovea_default_options())
      : Network(network, withWeights(weightsPath, options)) {}

  /// Runs the network once, with all its inputs and outputs in order; allocates nothing. An Error
  /// where a tensor is of another type or size than its port, less aligned, or the run fails.
  void run(std::initializer_list<Input> from, std::initializer_list<Output> to) {
    fill(inputs, from, [this](std::size_t i) -> const fovea_port & { return input(i); });
    fill(outputs, to, [this](std::size_t i) -> const fovea_port & { return output(i); });
    if (int status = fovea_run(instance.get(), inputs.data(), outputs.data()))
      throw Error(status, fovea_error(status));
  }
  /// The same for a network of one input and one output.
  void run(Input from, Output to) { run({from}, {to}); }

  std::size_t inputCount() const noexcept { return inputs.size(); }
  std::size_t outputCount() const noexcept { return outputs.size(); }
  /// An Error where there is no such port.
  const fovea_port &input(std::size_t index) const { return checked(fovea_input, index); }
  const fovea_port &output(std::size_t index) const { return checked(fovea_output, index); }

  const char *name() const { return fovea_name(network()); }
  const fovea_network *network() const { return fovea_network_of(get()); }
  int batch() const { return fovea_batch_of(get()); }
  int threads() const { return fovea_threads_of(get()); }
  /// The machine that it was compiled for, such as "x86-64-v3".
  const char *target() const { return fovea_target_of(get()); }

  /// For the functions of fovea.h; null after this one was moved from.
  fovea_instance *get() const noexcept { return instance.get(); }

private:
  static fovea_options withWeights(const std::string &path, fovea_options options) {
    options.weights_path = path.c_str();
    return options;
  }

  template <typename Find> const fovea_port &checked(Find find, std::size_t index) const {
    const fovea_port *port = find(network(), batch(), static_cast<int>(index));
    if (!port)
      throw Error(FOVEA_INVALID, "no input or output " + std::to_string(index));
    return *port;
  }

  template <typename Void, typename Ports>
  static void fill(std::vector<Void *> &pointers, std::initializer_list<TensorView<Void>> views,
                   Ports port) {
    if (views.size() != pointers.size())
      throw Error(FOVEA_INVALID, std::to_string(views.size()) +
                                     (std::is_const_v<Void> ? " inputs" : " outputs") +
                                     ", expected " + std::to_string(pointers.size()));
    std::size_t i = 0;
    for (const TensorView<Void> &view : views) {
      pointers[i] = view.checked(port(i));
      ++i;
    }
  }

  struct Destroy {
    void operator()(fovea_instance *owned) const { fovea_destroy(owned); }
  };
  std::unique_ptr<fovea_instance, Destroy> instance;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
};

} // namespace fovea

#endif

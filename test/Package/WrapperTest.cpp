//===- WrapperTest.cpp - fovea.hpp on a network that tells what it got ----===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea.hpp"
#include <array>
#include <gtest/gtest.h>

extern "C" const fovea_network *fovea_shared_network(void);

// Inputs/fake_network.c: x f32[b, 3] and bias i32[b] to sum f64[b] and twice f32[b, 3]; x and twice
// at multiples of 256 bytes.
namespace {

struct Tensors {
  alignas(256) std::array<float, 12> x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  alignas(256) float twice[12] = {};
  std::vector<int32_t> bias = {100, 200, 300, 400};
  std::vector<double> sum = std::vector<double>(4);
};

fovea::Network makeNetwork(int batch = 4) {
  fovea_options options = fovea_default_options();
  options.batch = batch;
  return fovea::Network(fovea_shared_network(), "fake.weights", options);
}

/// What is thrown: "STATUS: MESSAGE".
template <typename Call> std::string errorOf(Call call) {
  try {
    call();
  } catch (const fovea::Error &error) {
    return std::to_string(error.status()) + ": " + error.what();
  }
  return "none";
}

} // namespace

TEST(Wrapper, DescribesTheNetwork) {
  fovea::Network net = makeNetwork();
  EXPECT_STREQ(net.name(), "fake");
  EXPECT_EQ(net.batch(), 4);
  EXPECT_EQ(net.threads(), 7);
  EXPECT_STREQ(net.target(), "nothing");
  EXPECT_EQ(net.network(), fovea_shared_network());
  ASSERT_EQ(net.inputCount(), 2u);
  ASSERT_EQ(net.outputCount(), 2u);
  EXPECT_EQ(fovea::describe(net.input(0)), "f32[4, 3]");
  EXPECT_EQ(fovea::describe(net.input(1)), "i32[4]");
  EXPECT_EQ(fovea::describe(net.output(0)), "f64[4]");
  EXPECT_EQ(fovea::elementCount(net.output(1)), 12u);
  EXPECT_EQ(fovea::describe(makeNetwork(0).input(0)), "f32[1, 3]");
  EXPECT_EQ(errorOf([&] { net.input(2); }), "1: no input or output 2");
  EXPECT_EQ(errorOf([&] { net.output(-1); }).substr(0, 22), "1: no input or output ");
}

TEST(Wrapper, DescribesEveryPort) {
  fovea_port scalar = {"s", FOVEA_BF16, 0, nullptr, 2, 2};
  EXPECT_EQ(fovea::describe(scalar), "bf16[]");
  EXPECT_EQ(fovea::elementCount(scalar), 1u);
  EXPECT_TRUE(fovea::holds<uint16_t>(scalar));
  scalar.element = FOVEA_BOOL;
  EXPECT_TRUE(fovea::holds<bool>(scalar) && fovea::holds<uint8_t>(scalar));
  EXPECT_FALSE(fovea::holds<int8_t>(scalar));
  scalar.element = FOVEA_BOOL + 1; // A newer network's.
  EXPECT_EQ(fovea::describe(scalar), "?[]");
  EXPECT_FALSE(fovea::holds<float>(scalar));
}

TEST(Wrapper, RunsOnWhateverHoldsElements) {
  fovea::Network net = makeNetwork();
  Tensors t;
  const std::array<float, 12> &constant = t.x;
  net.run({constant, t.bias}, {t.sum, t.twice});
  EXPECT_EQ(t.sum, (std::vector<double>{106, 215, 324, 433}));
  EXPECT_EQ(t.twice[11], 24);
  int32_t bias[4] = {};
  net.run({{t.x.data(), 12}, bias}, {t.sum, {t.twice, 12}});
  EXPECT_EQ(t.sum, (std::vector<double>{6, 15, 24, 33}));
}

TEST(Wrapper, Moves) {
  static_assert(!std::is_copy_constructible_v<fovea::Network>);
  static_assert(std::is_nothrow_move_constructible_v<fovea::Network>);
  static_assert(std::is_nothrow_move_assignable_v<fovea::Network>);
  fovea::Network first = makeNetwork(), second = makeNetwork(1);
  fovea_instance *instance = first.get();
  second = std::move(first);
  EXPECT_EQ(second.get(), instance);
  EXPECT_EQ(first.get(), nullptr);
  Tensors t;
  second.run({t.x, t.bias}, {t.sum, t.twice});
  EXPECT_EQ(t.sum[3], 433);
  EXPECT_NE(errorOf([&] { first.run({t.x, t.bias}, {t.sum, t.twice}); }), "none");
}

TEST(Wrapper, RefusesOtherTensors) {
  fovea::Network net = makeNetwork();
  Tensors t;
  std::vector<float> floats(4);
  std::vector<int32_t> fewer(3);
  EXPECT_EQ(errorOf([&] { net.run({t.x, floats}, {t.sum, t.twice}); }),
            "1: bias: elements of another type than i32[4]");
  EXPECT_EQ(errorOf([&] { net.run({t.x, fewer}, {t.sum, t.twice}); }),
            "1: bias: 3 elements, expected i32[4]");
  EXPECT_EQ(errorOf([&] { net.run({t.x, t.bias}, {floats, t.twice}); }),
            "1: sum: elements of another type than f64[4]");
  EXPECT_EQ(errorOf([&] { net.run({t.x, t.bias}, {t.sum, {t.twice, 13}}); }),
            "1: twice: 13 elements, expected f32[4, 3]");
  EXPECT_EQ(errorOf([&] { net.run(t.x, t.sum); }), "1: 1 inputs, expected 2");
  EXPECT_EQ(errorOf([&] { net.run({t.x, t.bias}, {t.sum}); }), "1: 1 outputs, expected 2");
  EXPECT_EQ(errorOf([&] { net.run({t.x, t.bias}, {t.sum, {t.twice + 1, 12}}); }), "12: unaligned");
}

TEST(Wrapper, TellsWhatFails) {
  fovea::Network net = makeNetwork();
  Tensors t;
  t.bias[2] = 666;
  EXPECT_EQ(errorOf([&] { net.run({t.x, t.bias}, {t.sum, t.twice}); }), "-7: a kernel failed");
  EXPECT_EQ(errorOf([&] { makeNetwork(3); }), "13: no such batch");
  EXPECT_EQ(errorOf([&] { fovea::Network(fovea_shared_network(), "x.weights"); }),
            "3: x.weights: cannot be read");
  EXPECT_EQ(errorOf([&] { fovea::Network(fovea_shared_network(), fovea_default_options()); }),
            "3: no weights");
  char message[8] = "";
  fovea_options options = fovea_default_options();
  options.message = message;
  options.message_bytes = sizeof message;
  EXPECT_EQ(errorOf([&] { fovea::Network(fovea_shared_network(), "x.weights", options); }),
            "3: x.weigh");
  EXPECT_STREQ(message, "x.weigh");
}

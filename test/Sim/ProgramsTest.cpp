//===- ProgramsTest.cpp - Programs beside plain loops ---------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// Every program of programs/ gives bit for bit what the loops below give, in integers and in
// floats, whatever the machine and its timing.
//
//===----------------------------------------------------------------------===//
#include "SimTesting.h"
#include <cmath>
#include <cstring>
#include <functional>
#include <gtest/gtest.h>

using namespace fovea;
using namespace fovea::sim;

namespace {

//===----------------------------------------------------------------------===//
// The reference
//===----------------------------------------------------------------------===//

/// [h, w, c], channels innermost.
struct Image {
  int h, w, c;
  std::vector<double> values;

  double at(int y, int x, int channel) const { return values[(y * w + x) * c + channel]; }
  double padded(int y, int x, int channel) const {
    return y < 0 || y >= h || x < 0 || x >= w ? 0 : at(y, x, channel);
  }
};

/// Numbers of quantisation entries: multiplier, shift, zero point, least, greatest; on floats
/// scale, zero point, least, greatest.
struct Entry {
  double multiplier, shift, zeroPoint, least, greatest;
  bool isFloat;
};

/// What a program computes with.
struct Data {
  Program program;
  Values tensors; ///< Inputs and parameters of plain numbers.

  const std::vector<double> &operator[](const std::string &name) const { return tensors.at(name); }
  bool isFloat() const { return program.arithmetic == Arithmetic::Float; }
  Entry entry(const std::string &name, size_t index) const {
    for (const DramTensor &tensor : program.tensors)
      if (tensor.name == name)
        return decode(tensor, index);
    throw std::out_of_range(name);
  }
  Entry decode(const DramTensor &tensor, size_t index) const {
    if (isFloat()) {
      float numbers[4];
      size_t units = unitsOf(ElementKind::Quantization, program.input, program.accumulator);
      std::memcpy(numbers, tensor.bytes.data() + index * units * 4, 16);
      return {numbers[0], 0, numbers[1], numbers[2], numbers[3], true};
    }
    int32_t multiplier;
    int16_t rest[4];
    std::memcpy(&multiplier, tensor.bytes.data() + index * 12, 4);
    std::memcpy(rest, tensor.bytes.data() + index * 12 + 4, 8);
    return {double(multiplier), double(rest[0]), double(rest[1]),
            double(rest[2]),    double(rest[3]), false};
  }
};

/// The nearest whole number of numerator / 2^shift, the even one of two, by looking at all three
/// that may be.
double roundQuotient(__int128 numerator, __int128 denominator) {
  __int128 near = numerator / denominator, best = near - 2;
  auto distance = [&](__int128 value) {
    __int128 difference = numerator - value * denominator;
    return difference < 0 ? -difference : difference;
  };
  for (__int128 value = near - 1; value <= near + 1; ++value)
    if (distance(value) < distance(best) || (distance(value) == distance(best) && value % 2 == 0))
      best = value;
  return double(best);
}

double requantized(double sum, const Entry &entry) {
  double moved = entry.isFloat
                     ? float(float(sum) * float(entry.multiplier)) + float(entry.zeroPoint)
                     : roundQuotient(__int128(sum) * __int128(entry.multiplier),
                                     __int128(1) << int(entry.shift)) +
                           entry.zeroPoint;
  if (entry.isFloat)
    moved = float(moved);
  return std::min(std::max(moved, entry.least), entry.greatest);
}

double dequantized(double element, const Entry &entry) {
  double moved = element - entry.zeroPoint;
  if (entry.isFloat)
    return float(float(moved) * float(entry.multiplier));
  return roundQuotient(__int128(moved) * __int128(entry.multiplier), __int128(1)
                                                                         << int(entry.shift));
}

/// Scales each row's sums by the entries of `name`; one for all columns if `same`.
std::vector<double> scaled(const Data &data, std::vector<double> sums, int columns,
                           bool same = false, const std::string &name = "scale") {
  for (size_t i = 0; i < sums.size(); ++i)
    sums[i] = requantized(sums[i], data.entry(name, same ? 0 : i % columns));
  return sums;
}

/// Weights [kh, kw, c, n].
std::vector<double> convolution(const Image &x, const std::vector<double> &w, int kernel, int n,
                                int padding) {
  std::vector<double> sums;
  for (int y = 0; y < x.h + 2 * padding - kernel + 1; ++y)
    for (int column = 0; column < x.w + 2 * padding - kernel + 1; ++column)
      for (int filter = 0; filter < n; ++filter) {
        double sum = 0;
        for (int ky = 0; ky < kernel; ++ky)
          for (int kx = 0; kx < kernel; ++kx)
            for (int c = 0; c < x.c; ++c)
              sum += x.padded(y + ky - padding, column + kx - padding, c) *
                     w[((ky * kernel + kx) * x.c + c) * n + filter];
        sums.push_back(sum);
      }
  return sums;
}

/// Weights [3, 3, c], padding 1.
std::vector<double> depthwise(const Image &x, const std::vector<double> &w) {
  std::vector<double> sums;
  for (int y = 0; y < x.h; ++y)
    for (int column = 0; column < x.w; ++column)
      for (int c = 0; c < x.c; ++c) {
        double sum = 0;
        for (int ky = 0; ky < 3; ++ky)
          for (int kx = 0; kx < 3; ++kx)
            sum += x.padded(y + ky - 1, column + kx - 1, c) * w[(ky * 3 + kx) * x.c + c];
        sums.push_back(sum);
      }
  return sums;
}

//===----------------------------------------------------------------------===//
// What the programs should give
//===----------------------------------------------------------------------===//

Values gemmReference(const Data &data) {
  std::vector<double> sums(64 * 32);
  for (int m = 0; m < 64; ++m)
    for (int n = 0; n < 32; ++n)
      for (int k = 0; k < 48; ++k)
        sums[m * 32 + n] += data["a"][m * 48 + k] * data["b"][k * 32 + n];
  return {{"y", scaled(data, sums, 32)}};
}

Values convReference(const Data &data) {
  std::vector<double> sums = convolution({12, 10, 8, data["x"]}, data["w"], 3, 16, 1);
  for (size_t i = 0; i < sums.size(); ++i)
    sums[i] += data["bias"][i % 16];
  return {{"y", scaled(data, sums, 16)}};
}

Values depthwiseReference(const Data &data) {
  return {{"y", scaled(data, depthwise({8, 8, 4, data["x"]}, data["w"]), 4)}};
}

Values packedReference(const Data &data) {
  std::vector<double> weights;
  for (int tap = 0; tap < 9; ++tap)
    for (int c = 0; c < 4; ++c)
      weights.push_back(data["w"][tap * 16 + c * 4 + c]);
  return {{"y", scaled(data, depthwise({8, 8, 4, data["x"]}, weights), 4)}};
}

Values shiftReference(const Data &data) {
  Image x{6, 7, 12, data["x"]}, moved = x;
  for (int y = 0; y < 6; ++y)
    for (int column = 0; column < 7; ++column)
      for (int c = 0; c < 12; ++c)
        moved.values[(y * 7 + column) * 12 + c] =
            x.padded(y + int(data["offsets"][2 * c]), column + int(data["offsets"][2 * c + 1]), c);
  return {{"y", scaled(data, convolution(moved, data["w"], 1, 20, 0), 20, /*same=*/true)}};
}

Values poolReference(const Data &data) {
  Image x{9, 8, 16, data["x"]};
  Values result;
  for (int y = 0; y < 5; ++y)
    for (int column = 0; column < 4; ++column)
      for (int c = 0; c < 16; ++c) {
        double greatest = -1e30, sum = 0;
        int inside = 0;
        for (int row = 2 * y - 1; row <= 2 * y + 1; ++row)
          for (int at = 2 * column - 1; at <= 2 * column + 1; ++at)
            if (row >= 0 && row < 9 && at >= 0 && at < 8) {
              greatest = std::max(greatest, x.at(row, at, c));
              sum += x.at(row, at, c);
              ++inside;
            }
        auto mean = [&](int count) {
          return data.isFloat() ? double(float(sum) / float(count))
                                : roundQuotient(__int128(sum), count);
        };
        result["greatest"].push_back(greatest);
        result["mean"].push_back(mean(inside));
        result["padded"].push_back(mean(9));
      }
  return result;
}

Values residualReference(const Data &data) {
  std::vector<double> sums;
  for (size_t i = 0; i < data["x"].size(); ++i) {
    double sum = dequantized(data["x"][i], data.entry("scales", 0)) +
                 dequantized(data["y"][i], data.entry("scales", 1));
    sums.push_back(data.isFloat() ? float(sum) : sum);
  }
  for (double &sum : sums)
    sum = requantized(sum, data.entry("scales", 2));
  return {{"z", sums}};
}

/// Of a coordinate of the result: numerator and denominator of where it lies in the image.
using Coordinate = std::function<std::pair<int, int>(int at, int in, int out)>;

std::vector<double> enlarged(const Image &x, const Coordinate &coordinate) {
  std::vector<double> result;
  for (int y = 0; y < 7; ++y)
    for (int column = 0; column < 9; ++column)
      for (int c = 0; c < x.c; ++c) {
        auto [ny, dy] = coordinate(y, x.h, 7);
        auto [nx, dx] = coordinate(column, x.w, 9);
        int y0 = ny / dy, x0 = nx / dx, y1 = std::min(y0 + 1, x.h - 1);
        int x1 = std::min(x0 + 1, x.w - 1), ry = ny % dy, rx = nx % dx;
        double sum = (x.at(y0, x0, c) * (dx - rx) + x.at(y0, x1, c) * rx) * (dy - ry) +
                     (x.at(y1, x0, c) * (dx - rx) + x.at(y1, x1, c) * rx) * ry;
        result.push_back(roundQuotient(__int128(sum), dy * dx));
      }
  return result;
}

Values vectorReference(const Data &data) {
  Image x{4, 5, 16, data["x"]};
  Values result;
  result["nearest"] =
      enlarged(x, [](int at, int in, int out) { return std::pair(at * in / out, 1); });
  result["bilinear"] = enlarged(x, [](int at, int in, int out) {
    return std::pair(std::max((2 * at + 1) * in - out, 0), 2 * out);
  });
  result["corners"] =
      enlarged(x, [](int at, int in, int out) { return std::pair(at * (in - 1), out - 1); });
  for (int c = 0; c < 16; ++c) {
    double sum = 0, greatest = -128;
    for (int i = 0; i < 20; ++i) {
      double value = data["x"][i * 16 + c];
      result["transposed"].push_back(value);
      sum += value;
      greatest = std::max(greatest, value);
    }
    result["sums"].push_back(sum);
    result["greatest"].push_back(greatest);
  }
  for (double value : data["x"]) {
    double looked = std::min(std::floor(value * value / 128), 127.0);
    result["looked"].push_back(looked);
    result["product"].push_back(value * looked);
    double difference = value - looked;
    if (data.program.input.bits == 8)
      difference = std::min(std::max(difference, -128.0), 127.0);
    result["difference"].push_back(difference);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// The tests
//===----------------------------------------------------------------------===//

struct Case {
  const char *name;
  Values (*reference)(const Data &);
  bool onFloats = true; ///< Rounding and tables are integers' alone.
};

const Case cases[] = {
    {"gemm", gemmReference},
    {"conv", convReference},
    {"depthwise-columns", depthwiseReference},
    {"depthwise-packed", packedReference},
    {"depthwise-vector", depthwiseReference},
    {"depthwise-shift", depthwiseReference},
    {"shift-materialised", shiftReference},
    {"shift-address", shiftReference},
    {"pool", poolReference},
    {"residual", residualReference},
    {"vector", vectorReference, false},
};

Data dataOf(const Program &program, const Accelerator &machine, const Values &inputs) {
  Data data{program, inputs};
  Dram dram = valueOf(Dram::forProgram(program, machine));
  for (const DramTensor &tensor : program.tensors) {
    if (tensor.role != TensorRole::Param || tensor.element == ElementKind::Quantization)
      continue;
    DramTensor plain = tensor;
    if (tensor.element == ElementKind::Shift) {
      plain.element = ElementKind::Narrow;
      plain.shape.push_back(2);
    }
    data.tensors[tensor.name] = dram.read(plain);
  }
  return data;
}

/// Gives all products the machine's dataflow.
Program adapted(Program program, const Accelerator &machine) {
  for (isa::Command &command : program.commands) {
    if (auto *gemm = std::get_if<isa::Gemm>(&command.operation))
      gemm->dataflow = machine.dataflows.front();
    if (auto *conv = std::get_if<isa::Conv>(&command.operation))
      conv->dataflow = machine.dataflows.front();
  }
  return program;
}

void expectReference(const Program &program, const Accelerator &machine, const Case &test) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    Values inputs = randomInputs(program, seed);
    Outcome outcome = runProgram(adapted(program, machine), machine, inputs);
    ASSERT_EQ(outcome.error, "") << test.name << " on " << machine.name;
    EXPECT_EQ(outcome.outputs, test.reference(dataOf(program, machine, inputs)))
        << test.name << " on " << machine.name << ", seed " << seed;
  }
}

/// Machines that differ in everything but their types, all with a shifting address generator.
std::vector<Accelerator> machinesOfBytes() {
  std::vector<Accelerator> machines;
  for (const char *name : {"gemmini16", "tpu1", "vta", "scalesim32",
                           "gemmini16:queue.ld=1:queue.ex=1:queue.st=1:rob.ld=1:rob.ex=1:rob.st=1",
                           "gemmini16:dma.latency=5000:dma.engines=1rw",
                           "gemmini16:dma.latency=0:array.rows=1:array.cols=3:type.psum=i32",
                           "gemmini16:array.dataflow=os:vector.lanes=64"}) {
    machines.push_back(machineNamed(name));
    machines.back().shiftInAddressGenerator = true;
  }
  return machines;
}

TEST(Programs, EqualTheReferenceInBytes) {
  for (const Case &test : cases)
    for (const Accelerator &machine : machinesOfBytes())
      expectReference(parseProgram(programText(test.name)), machine, test);
}

TEST(Programs, EqualTheReferenceInWords) {
  Accelerator machine = machineNamed("eyeriss-like");
  machine.shiftInAddressGenerator = true;
  for (const Case &test : cases)
    expectReference(parseProgram(".types i16 i32\n" + programText(test.name)), machine, test);
}

TEST(Programs, EqualTheReferenceInFloats) {
  for (const Case &test : cases)
    for (const Accelerator &machine : machinesOfBytes())
      if (test.onFloats)
        expectReference(withFloats(parseProgram(programText(test.name))), machine, test);
}

TEST(Programs, TakeAsLongWithAndWithoutData) {
  for (const Case &test : cases)
    for (const Accelerator &machine : machinesOfBytes()) {
      Program program = adapted(parseProgram(programText(test.name)), machine);
      Outcome outcome = runProgram(program, machine, randomInputs(program, 1));
      Simulation timing = valueOf(simulate(program, machine, nullptr, {/*timingOnly=*/true}));
      EXPECT_EQ(outcome.simulation.totalCycles, timing.totalCycles);
      EXPECT_EQ(outcome.simulation.work.stalls, timing.work.stalls);
    }
}

/// The mapping of a depthwise layer that takes the least time is a matter of the machine.
TEST(Programs, DepthwiseMappingsDifferInTimeAlone) {
  Values inputs = randomInputs(parseProgram(programText("depthwise-columns")), 7);
  std::vector<Outcome> outcomes;
  for (const char *name : {"depthwise-columns", "depthwise-packed", "depthwise-vector"})
    outcomes.push_back(
        runProgram(parseProgram(programText(name)), machineNamed("gemmini16"), inputs));
  EXPECT_EQ(outcomes[0].outputs, outcomes[1].outputs);
  EXPECT_EQ(outcomes[0].outputs, outcomes[2].outputs);
  EXPECT_LT(outcomes[1].simulation.totalCycles, outcomes[0].simulation.totalCycles);
}

/// Zeros that a mapping multiplies are work, and no use.
TEST(Programs, DepthwiseMappingsHaveTheSameMacs) {
  const std::pair<const char *, uint64_t> mappings[] = {{"depthwise-columns", 2304},
                                                        {"depthwise-packed", 4 * 2304},
                                                        {"depthwise-vector", 0},
                                                        {"depthwise-shift", 0}};
  for (auto [name, made] : mappings) {
    SCOPED_TRACE(name);
    Simulation run = valueOf(simulate(parseProgram(programText(name)), machineNamed("gemmini16"),
                                      nullptr, {/*timingOnly=*/true}));
    const LayerResult &layer = run.layers.back();
    EXPECT_EQ(layer.macs, 64 * 9 * 4u);
    EXPECT_EQ(layer.work.arrayMacs, made);
    EXPECT_DOUBLE_EQ(layer.utilisation, double(layer.macs) / (256.0 * double(layer.cycles)));
    EXPECT_EQ(run.macs, layer.macs);
  }
}

TEST(Programs, AShiftInTheAddressGeneratorIsFree) {
  Accelerator machine = machineNamed("gemmini16");
  Program address = parseProgram(programText("shift-address"));
  Program materialised = parseProgram(programText("shift-materialised"));
  Values inputs = randomInputs(address, 7);
  Outcome free = runProgram(address, machine, inputs);
  Outcome moved = runProgram(materialised, machine, inputs);
  EXPECT_EQ(free.outputs, moved.outputs);
  EXPECT_LT(free.simulation.totalCycles, moved.simulation.totalCycles);
}

} // namespace

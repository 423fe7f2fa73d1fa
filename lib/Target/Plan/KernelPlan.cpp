//===- KernelPlan.cpp - The plan as JSON ------------------------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//

#include "fovea/Target/Plan/KernelPlan.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <array>

using namespace llvm;
using json::ObjectMapper;
using json::Path;
using json::Value;

namespace fovea::plan {

//===----------------------------------------------------------------------===//
// Enumerations and their names
//===----------------------------------------------------------------------===//

namespace {
constexpr std::array<StringLiteral, 11> dtypeNames = {"f32", "f16", "bf16", "f64", "i8",  "u8",
                                                      "i16", "u16", "i32",  "i64", "bool"};
constexpr std::array<int64_t, 11> dtypeWidths = {4, 2, 2, 8, 1, 1, 2, 2, 4, 8, 1};
constexpr std::array<StringLiteral, 5> spaceNames = {"input", "output", "constant", "arena",
                                                     "device"};
constexpr std::array<StringLiteral, 2> operandNames = {"argument", "stage"};
constexpr std::array<StringLiteral, 3> roleNames = {"input", "constant", "output"};
constexpr std::array<StringLiteral, 4> callNames = {"kernel", "copy", "host", "loop"};

template <size_t N, typename E>
bool readEnum(const Value &value, const std::array<StringLiteral, N> &names, E &out, Path path) {
  if (std::optional<StringRef> text = value.getAsString())
    for (size_t i = 0; i < N; ++i)
      if (*text == names[i]) {
        out = static_cast<E>(i);
        return true;
      }
  path.report("unknown name");
  return false;
}
} // namespace

StringRef toString(DType type) { return dtypeNames[static_cast<size_t>(type)]; }
StringRef toString(MemorySpace space) { return spaceNames[static_cast<size_t>(space)]; }
int64_t byteWidth(DType type) { return dtypeWidths[static_cast<size_t>(type)]; }

static Value toJSON(DType type) { return toString(type); }
static Value toJSON(MemorySpace space) { return toString(space); }
static Value toJSON(Operand::Kind kind) { return operandNames[static_cast<size_t>(kind)]; }
static Value toJSON(Argument::Role role) { return roleNames[static_cast<size_t>(role)]; }
static Value toJSON(Call::Kind kind) { return callNames[static_cast<size_t>(kind)]; }

static bool fromJSON(const Value &value, DType &out, Path path) {
  return readEnum(value, dtypeNames, out, path);
}
static bool fromJSON(const Value &value, MemorySpace &out, Path path) {
  return readEnum(value, spaceNames, out, path);
}
static bool fromJSON(const Value &value, Operand::Kind &out, Path path) {
  return readEnum(value, operandNames, out, path);
}
static bool fromJSON(const Value &value, Argument::Role &out, Path path) {
  return readEnum(value, roleNames, out, path);
}
static bool fromJSON(const Value &value, Call::Kind &out, Path path) {
  return readEnum(value, callNames, out, path);
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Names of layers and files may be any bytes; JSON is UTF-8.
static std::string text(StringRef name) {
  return json::isUTF8(name) ? name.str() : json::fixUTF8(name);
}
static json::Array texts(ArrayRef<std::string> names) {
  json::Array array;
  for (const std::string &name : names)
    array.push_back(text(name));
  return array;
}

static Value toJSON(const Directive &directive) {
  return json::Object{{"kind", text(directive.kind)}, {"args", texts(directive.args)}};
}
static bool fromJSON(const Value &value, Directive &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("kind", out.kind) && map.map("args", out.args);
}

static Value toJSON(const Operand &operand) {
  return json::Object{{"kind", toJSON(operand.kind)}, {"index", operand.index}};
}
static bool fromJSON(const Value &value, Operand &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("kind", out.kind) && map.map("index", out.index);
}

static Value toJSON(const Stage &stage) {
  json::Object ints;
  for (const auto &[name, values] : stage.ints)
    ints[text(name)] = values;
  return json::Object{{"name", text(stage.name)},
                      {"kind", text(stage.kind)},
                      {"algorithm", text(stage.algorithm)},
                      {"operands", stage.operands},
                      {"ints", std::move(ints)},
                      {"shape", stage.shape},
                      {"block", stage.block},
                      {"schedule", stage.schedule},
                      {"update", stage.update}};
}
static bool fromJSON(const Value &value, Stage &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("name", out.name) && map.map("kind", out.kind) &&
         map.map("algorithm", out.algorithm) && map.map("operands", out.operands) &&
         map.map("ints", out.ints) && map.map("shape", out.shape) && map.map("block", out.block) &&
         map.map("schedule", out.schedule) && map.map("update", out.update);
}

static Value toJSON(const Argument &argument) {
  return json::Object{{"role", toJSON(argument.role)},   {"dtype", toJSON(argument.dtype)},
                      {"shape", argument.shape},         {"block", argument.block},
                      {"alignment", argument.alignment}, {"pixel_stride", argument.pixelStride}};
}
static bool fromJSON(const Value &value, Argument &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("role", out.role) && map.map("dtype", out.dtype) &&
         map.map("shape", out.shape) && map.map("block", out.block) &&
         map.map("alignment", out.alignment) && map.mapOptional("pixel_stride", out.pixelStride);
}

Value toJSON(const Kernel &kernel) {
  return json::Object{{"symbol", kernel.symbol},
                      {"arguments", kernel.arguments},
                      {"stages", kernel.stages},
                      {"schedule", kernel.schedule}};
}
static bool fromJSON(const Value &value, Kernel &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("symbol", out.symbol) && map.map("arguments", out.arguments) &&
         map.map("stages", out.stages) && map.map("schedule", out.schedule);
}

//===----------------------------------------------------------------------===//
// Buffers, constants and calls
//===----------------------------------------------------------------------===//

static Value toJSON(const Quantisation &quantisation) {
  return json::Object{{"scale", quantisation.scale}, {"zero_point", quantisation.zeroPoint}};
}
static bool fromJSON(const Value &value, Quantisation &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("scale", out.scale) && map.map("zero_point", out.zeroPoint);
}

static Value toJSON(const Lifetime &lifetime) { return json::Array{lifetime.first, lifetime.last}; }
static bool fromJSON(const Value &value, Lifetime &out, Path path) {
  std::vector<int64_t> ends;
  if (!json::fromJSON(value, ends, path))
    return false;
  if (ends.size() != 2) {
    path.report("expected first and last call");
    return false;
  }
  out = {ends[0], ends[1]};
  return true;
}

static Value toJSON(const Buffer &buffer) {
  json::Object object{{"name", text(buffer.name)}, {"dtype", toJSON(buffer.dtype)},
                      {"extents", buffer.extents}, {"strides", buffer.strides},
                      {"offset", buffer.offset},   {"space", toJSON(buffer.space)},
                      {"index", buffer.index},     {"lifetime", toJSON(buffer.lifetime)}};
  if (buffer.parent)
    object["parent"] = *buffer.parent;
  if (buffer.quantisation)
    object["quantisation"] = toJSON(*buffer.quantisation);
  return object;
}
static bool fromJSON(const Value &value, Buffer &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("name", out.name) && map.map("dtype", out.dtype) &&
         map.map("extents", out.extents) && map.map("strides", out.strides) &&
         map.map("offset", out.offset) && map.map("space", out.space) &&
         map.map("index", out.index) && map.map("lifetime", out.lifetime) &&
         map.map("parent", out.parent) && map.map("quantisation", out.quantisation);
}

int64_t Buffer::bytes() const {
  int64_t last = 0;
  for (size_t i = 0; i < extents.size(); ++i) {
    if (extents[i] == 0)
      return 0;
    last += (extents[i] - 1) * strides[i];
  }
  return (last + 1) * byteWidth(dtype);
}

static Value toJSON(const Packing &packing) {
  return json::Object{{"kind", packing.kind},
                      {"out_block", packing.outBlock},
                      {"in_block", packing.inBlock},
                      {"input_shape", packing.inputShape},
                      {"input_permutation", packing.inputPermutation}};
}
static bool fromJSON(const Value &value, Packing &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("kind", out.kind) && map.map("out_block", out.outBlock) &&
         map.map("in_block", out.inBlock) && map.map("input_shape", out.inputShape) &&
         map.map("input_permutation", out.inputPermutation);
}

static Value toJSON(const Constant &constant) {
  return json::Object{{"name", text(constant.name)},
                      {"buffer", constant.buffer},
                      {"packing", toJSON(constant.packing)}};
}
static bool fromJSON(const Value &value, Constant &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("name", out.name) && map.map("buffer", out.buffer) &&
         map.map("packing", out.packing);
}

static Value toJSON(const Call &call) {
  return json::Object{{"kind", toJSON(call.kind)},  {"kernel", call.kernel},
                      {"buffers", call.buffers},    {"name", text(call.name)},
                      {"where", texts(call.where)}, {"macs", call.macs},
                      {"count", call.count},        {"steps", call.steps}};
}
static bool fromJSON(const Value &value, Call &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("kind", out.kind) && map.map("kernel", out.kernel) &&
         map.map("buffers", out.buffers) && map.map("name", out.name) &&
         map.map("where", out.where) && map.map("macs", out.macs) && map.map("count", out.count) &&
         map.map("steps", out.steps);
}

static Value toJSON(const Port &port) {
  return json::Object{{"name", text(port.name)}, {"buffer", port.buffer}, {"shape", port.shape}};
}
static bool fromJSON(const Value &value, Port &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("name", out.name) && map.map("buffer", out.buffer) &&
         map.map("shape", out.shape);
}

//===----------------------------------------------------------------------===//
// The plan
//===----------------------------------------------------------------------===//

Value toJSON(const Plan &plan) {
  return json::Object{{"network", text(plan.network)},     {"triple", text(plan.triple)},
                      {"device", text(plan.device)},       {"target", plan.target},
                      {"cpu_features", plan.cpuFeatures},  {"inputs", plan.inputs},
                      {"outputs", plan.outputs},           {"buffers", plan.buffers},
                      {"kernels", plan.kernels},           {"calls", plan.calls},
                      {"constants", plan.constants},       {"arena_bytes", plan.arenaBytes},
                      {"device_bytes", plan.deviceBytes},  {"weight_bytes", plan.weightBytes},
                      {"scratch_bytes", plan.scratchBytes}};
}
static bool fromJSON(const Value &value, Plan &out, Path path) {
  ObjectMapper map(value, path);
  return map && map.map("network", out.network) && map.mapOptional("triple", out.triple) &&
         map.mapOptional("device", out.device) && map.map("target", out.target) &&
         map.map("cpu_features", out.cpuFeatures) && map.map("inputs", out.inputs) &&
         map.map("outputs", out.outputs) && map.map("buffers", out.buffers) &&
         map.map("kernels", out.kernels) && map.map("calls", out.calls) &&
         map.map("constants", out.constants) && map.map("arena_bytes", out.arenaBytes) &&
         map.mapOptional("device_bytes", out.deviceBytes) &&
         map.map("weight_bytes", out.weightBytes) && map.map("scratch_bytes", out.scratchBytes);
}

template <typename T> static Expected<T> read(const Value &value, StringRef root) {
  T result;
  Path::Root path(root);
  if (fromJSON(value, result, path))
    return result;
  return path.getError();
}

Expected<Kernel> kernelFromJSON(const Value &value) { return read<Kernel>(value, "kernel"); }
Expected<Plan> planFromJSON(const Value &value) { return read<Plan>(value, "plan"); }

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static bool hasLoops(const Stage &stage) {
  return llvm::any_of(stage.schedule, [](const Directive &directive) {
    return directive.kind == "compute_root" || directive.kind == "compute_at";
  });
}

std::optional<unsigned> consumerNamed(const Kernel &kernel, unsigned producer, StringRef name) {
  for (unsigned i = producer + 1; i < kernel.stages.size(); ++i)
    if (kernel.stages[i].name == name && (name != "out" || hasLoops(kernel.stages[i])))
      return i;
  return std::nullopt;
}

static std::string plainName(const Kernel &kernel, unsigned stage) {
  return kernel.stages[stage].kind + std::to_string(stage);
}

Kernel withoutNames(const Kernel &kernel) {
  Kernel result = kernel;
  result.symbol.clear();
  for (unsigned i = 0; i < result.stages.size(); ++i) {
    Stage &stage = result.stages[i];
    stage.name = plainName(kernel, i);
    for (Directive &directive : stage.schedule)
      if (directive.kind == "compute_at" && !directive.args.empty())
        if (std::optional<unsigned> consumer = consumerNamed(kernel, i, directive.args[0]))
          directive.args[0] = plainName(kernel, *consumer);
  }
  return result;
}

} // namespace fovea::plan

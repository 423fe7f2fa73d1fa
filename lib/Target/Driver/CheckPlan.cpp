//===- CheckPlan.cpp - Whether code can be made of a plan -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// A plan may come from a file. What is checked here is what the driver's code relies on: that it
// touches no memory outside its buffers.
//
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/DriverObject.h"
#include "lib/Target/Driver/PlanMemory.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

static Error wrongBuffer(const plan::Plan &plan, unsigned index, const Twine &what) {
  return createStringError("plan.buffers[" + Twine(index) + "] (" + plan.buffers[index].name +
                           "): " + what);
}

static Error wrongCall(const plan::Plan &plan, const plan::Call &call, const Twine &what) {
  return createStringError("plan.calls[" + Twine(&call - plan.calls.data()) + "] (" + call.name +
                           "): " + what);
}

/// Bytes from the first element to behind the last; nothing if an extent or stride is impossible.
static std::optional<int64_t> spannedBytes(const plan::Buffer &buffer) {
  if (buffer.extents.size() != buffer.strides.size())
    return std::nullopt;
  std::optional<int64_t> last = 0;
  for (auto [extent, stride] : zip(buffer.extents, buffer.strides)) {
    if (extent < 1 || stride < 0 || !isInt<32>(extent) || !isInt<32>(stride))
      return std::nullopt;
    last = checkedMulAdd<int64_t>(extent - 1, stride, *last);
    if (!last)
      return std::nullopt;
  }
  return checkedMul<int64_t>(*last + 1, plan::byteWidth(buffer.dtype));
}

static int64_t rootBytes(const plan::Plan &plan, const plan::Buffer &root) {
  switch (root.space) {
  case plan::MemorySpace::Arena:
    return plan.arenaBytes;
  case plan::MemorySpace::Device:
    return plan.deviceBytes;
  case plan::MemorySpace::Constant:
    return plan.weightBytes;
  case plan::MemorySpace::Input:
  case plan::MemorySpace::Output:
    return root.bytes();
  }
  return 0;
}

static Error checkBuffer(const plan::Plan &plan, unsigned index) {
  const plan::Buffer *buffer = &plan.buffers[index];
  std::optional<int64_t> bytes = spannedBytes(*buffer);
  if (!bytes)
    return wrongBuffer(plan, index, "extents or strides are impossible");
  std::optional<int64_t> end = bytes;
  for (unsigned depth = 0;; ++depth) {
    end = buffer->offset < 0 ? std::nullopt : checkedAdd(*end, buffer->offset);
    if (!end)
      return wrongBuffer(plan, index, "its offset is impossible");
    if (!buffer->parent)
      break;
    if (*buffer->parent >= plan.buffers.size() || depth > plan.buffers.size())
      return wrongBuffer(plan, index, "it has no root");
    buffer = &plan.buffers[*buffer->parent];
  }
  if (!spannedBytes(*buffer) || *end > rootBytes(plan, *buffer))
    return wrongBuffer(plan, index, "it reaches past the end of its memory");
  size_t ports = buffer->space == plan::MemorySpace::Input    ? plan.inputs.size()
                 : buffer->space == plan::MemorySpace::Output ? plan.outputs.size()
                                                              : buffer->index + 1;
  if (buffer->index >= ports)
    return wrongBuffer(plan, index, "there is no such input or output");
  return Error::success();
}

/// The buffers of the first and the last turn must both be inside their memory.
static Error checkLoop(const plan::Plan &plan, const plan::Call &call) {
  if (call.count < 1 || call.steps.size() != call.buffers.size())
    return wrongCall(plan, call, "expected a positive count and one step per argument");
  for (auto [index, step] : zip(call.buffers, call.steps)) {
    unsigned root = index;
    while (plan.buffers[root].parent)
      root = *plan.buffers[root].parent;
    int64_t begin = findMemory(plan, index).offset;
    std::optional<int64_t> last = checkedMulAdd<int64_t>(call.count - 1, step, begin);
    std::optional<int64_t> end =
        last ? checkedAdd(*last, plan.buffers[index].bytes()) : std::nullopt;
    if (!end || *last < 0 || *end > rootBytes(plan, plan.buffers[root]))
      return wrongCall(plan, call,
                       "its loop leaves the memory of buffer " + Twine(index) + " (" +
                           plan.buffers[index].name + ")");
  }
  return Error::success();
}

/// The extents, outermost first, that a kernel takes for granted.
static std::vector<int64_t> extentsOf(const plan::Argument &argument) {
  ArrayRef<int64_t> shape = argument.shape;
  if (argument.role == plan::Argument::Role::Constant || shape.size() != 4 || argument.block < 1)
    return shape.vec();
  int64_t blocks = shape[1] / argument.block + (shape[1] % argument.block != 0);
  return {shape[0], blocks, shape[2], shape[3], argument.block};
}

/// Kernels check nothing at run time: what they take for granted must be so.
static Error checkArgument(const plan::Plan &plan, const plan::Call &call, unsigned number) {
  const plan::Argument &argument = plan.kernels[call.kernel].arguments[number];
  unsigned index = call.buffers[number];
  const plan::Buffer &buffer = plan.buffers[index];
  auto wrong = [&](const Twine &what) {
    return wrongCall(plan, call,
                     "buffer " + Twine(index) + " (" + buffer.name + ") is no argument " +
                         Twine(number) + " of kernel " + Twine(call.kernel) + ": " + what);
  };
  if (argument.shape.empty()) // Halide compiles no such kernel: it is somebody else's.
    return Error::success();
  if (buffer.dtype != argument.dtype)
    return wrong("it has another type");
  if (buffer.extents != extentsOf(argument))
    return wrong("it has other extents");
  bool isConstant = argument.role == plan::Argument::Role::Constant;
  int64_t dense = 1;
  for (size_t i = buffer.extents.size(); i-- > 0; dense *= buffer.extents[i]) {
    bool isPixel = !isConstant && i + 2 == buffer.extents.size();
    int64_t stride = isConstant || i + 1 == buffer.extents.size() ? dense
                     : isPixel                                    ? argument.pixelStride
                                                                  : 0;
    if (stride && buffer.extents[i] > 1 && buffer.strides[i] != stride)
      return wrong("it has other strides");
  }
  MemoryPlace place = findMemory(plan, index);
  bool isShared = place.space == plan::MemorySpace::Constant;
  if (!isShared && (place.space == plan::MemorySpace::Device) == plan.device.empty())
    return wrong("it lies where the kernel does not run");
  if (argument.alignment < 1 || place.offset % argument.alignment)
    return wrong("it is not aligned");
  bool mayWrite =
      place.space != plan::MemorySpace::Constant && place.space != plan::MemorySpace::Input;
  if (argument.role == plan::Argument::Role::Output && !mayWrite)
    return wrong("it cannot be written");
  return Error::success();
}

/// A copy of a network for a device goes from an input to the device or from there to an output.
static Error checkDeviceCopy(const plan::Plan &plan, const plan::Call &call) {
  auto spaceOf = [&](unsigned i) { return findMemory(plan, call.buffers[i]).space; };
  bool isUpload = spaceOf(0) == plan::MemorySpace::Input && spaceOf(1) == plan::MemorySpace::Device;
  bool isDownload =
      spaceOf(0) == plan::MemorySpace::Device && spaceOf(1) == plan::MemorySpace::Output;
  if (!isUpload && !isDownload)
    return wrongCall(plan, call, "expected a copy of an input to the device, or to an output");
  if (plan.buffers[call.buffers[0]].strides != plan.buffers[call.buffers[1]].strides)
    return wrongCall(plan, call, "source and destination differ in strides");
  return Error::success();
}

static Error checkCall(const plan::Plan &plan, const plan::Call &call) {
  for (unsigned buffer : call.buffers)
    if (buffer >= plan.buffers.size())
      return wrongCall(plan, call, "there is no buffer " + Twine(buffer));
  if (call.kind == plan::Call::Kind::Host)
    return wrongCall(plan, call, "no host op is known to the driver");
  if (call.kind == plan::Call::Kind::Copy) {
    if (call.buffers.size() != 2)
      return wrongCall(plan, call, "expected a source and a destination");
    const plan::Buffer &from = plan.buffers[call.buffers[0]], &to = plan.buffers[call.buffers[1]];
    if (from.extents != to.extents || from.dtype != to.dtype)
      return wrongCall(plan, call, "source and destination differ in shape or type");
    return plan.device.empty() ? Error::success() : checkDeviceCopy(plan, call);
  }
  if (call.kernel >= plan.kernels.size())
    return wrongCall(plan, call, "there is no kernel " + Twine(call.kernel));
  if (call.buffers.size() != plan.kernels[call.kernel].arguments.size())
    return wrongCall(plan, call, "expected one buffer per argument of its kernel");
  for (unsigned i = 0; i < call.buffers.size(); ++i)
    if (Error error = checkArgument(plan, call, i))
      return error;
  if (call.kind != plan::Call::Kind::Loop)
    return Error::success();
  return plan.device.empty() ? checkLoop(plan, call)
                             : wrongCall(plan, call, "a device runs no loops");
}

/// Whether its extents are positive, and their product is a number.
static bool hasPossibleShape(const plan::Port &port) {
  std::optional<int64_t> elements = 1;
  for (int64_t extent : port.shape) {
    if (extent < 1 || !isInt<32>(extent) || !elements)
      return false;
    elements = checkedMul(*elements, extent);
  }
  return elements.has_value();
}

static Error checkPorts(const plan::Plan &plan, const std::vector<plan::Port> &ports,
                        plan::MemorySpace space) {
  for (unsigned i = 0; i < ports.size(); ++i) {
    unsigned index = ports[i].buffer;
    if (index >= plan.buffers.size())
      return createStringError(
          (space == plan::MemorySpace::Input ? "plan.inputs[" : "plan.outputs[") + Twine(i) +
          "] (" + ports[i].name + "): it has no buffer");
    const plan::Buffer &buffer = plan.buffers[index];
    if (!hasPossibleShape(ports[i]))
      return wrongBuffer(plan, index, "its port's shape is impossible");
    if (buffer.parent || buffer.space != space || buffer.index != i || buffer.offset != 0)
      return wrongBuffer(plan, index, "it is not the memory of port '" + ports[i].name + "'");
  }
  return Error::success();
}

static bool isIdentifier(StringRef text) {
  return !text.empty() && !isDigit(text[0]) &&
         all_of(text, [](char c) { return isAlnum(c) || c == '_'; });
}

/// Kernels, driver and run-time library are code for one machine.
static Error checkMachine(const plan::Plan &plan) {
  if (!plan.device.empty() && plan.device != "opencl" && plan.device != "cuda")
    return createStringError("plan: unknown device '" + plan.device + "'");
  Triple triple = tripleOf(plan);
  StringRef machine = triple.isAArch64(64)                 ? "arm-64-linux"
                      : triple.getArch() == Triple::x86_64 ? "x86-64-linux"
                                                           : "";
  if (!triple.isOSLinux() || machine.empty())
    return createStringError("plan: no code can be generated for '" + triple.str() + "'");
  if (!StringRef(plan.target).starts_with(machine))
    return createStringError("plan: its kernels are for '" + plan.target + "', its driver for '" +
                             triple.str() + "'");
  return Error::success();
}

Error driver::checkPlan(const plan::Plan &plan) {
  if (plan.arenaBytes < 0 || plan.weightBytes < 0 || plan.scratchBytes < 0 || plan.deviceBytes < 0)
    return createStringError("plan: a negative size");
  if (Error error = checkMachine(plan))
    return error;
  for (unsigned i = 0; i < plan.buffers.size(); ++i)
    if (Error error = checkBuffer(plan, i))
      return error;
  for (const plan::Kernel &kernel : plan.kernels)
    if (!isIdentifier(kernel.symbol))
      return createStringError("plan.kernels[" + Twine(&kernel - plan.kernels.data()) + "]: '" +
                               kernel.symbol + "' is no symbol");
  for (const plan::Call &call : plan.calls)
    if (Error error = checkCall(plan, call))
      return error;
  for (const plan::Constant &constant : plan.constants)
    if (constant.buffer >= plan.buffers.size() ||
        findMemory(plan, constant.buffer).space != plan::MemorySpace::Constant)
      return createStringError("plan.constants[" + Twine(&constant - plan.constants.data()) +
                               "] (" + constant.name + "): it has no place");
  if (Error error = checkPorts(plan, plan.inputs, plan::MemorySpace::Input))
    return error;
  return checkPorts(plan, plan.outputs, plan::MemorySpace::Output);
}

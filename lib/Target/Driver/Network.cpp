//===- Network.cpp - The plans that become one artefact ---------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/Network.h"
#include "lib/Target/Driver/PlanMemory.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

int64_t Variant::batch() const {
  if (plan->inputs.empty() || plan->inputs[0].shape.empty())
    return 1;
  return plan->inputs[0].shape[0];
}

Network::Network(const plan::Plan &plan)
    : variants({{&plan, plan.target}}), prefix(symbolPrefix(plan.network)) {}

Network::Network(std::vector<Variant> given)
    : variants(std::move(given)), prefix(symbolPrefix(first().network)) {
  std::vector<int64_t> order = batches();
  auto rank = [&](const Variant &variant) {
    return std::pair(llvm::find(order, variant.batch()) - order.begin(),
                     -int64_t(variant.plan->cpuFeatures.size()));
  };
  llvm::stable_sort(variants,
                    [&](const Variant &a, const Variant &b) { return rank(a) < rank(b); });
}

std::vector<int64_t> Network::batches() const {
  std::vector<int64_t> sizes;
  for (const Variant &variant : variants)
    if (!is_contained(sizes, variant.batch()))
      sizes.push_back(variant.batch());
  return sizes;
}

std::string driver::symbolPrefix(StringRef name) {
  std::string prefix = name.str();
  for (char &c : prefix)
    if (!isAlnum(c))
      c = '_';
  if (prefix.empty() || isDigit(prefix[0]) || StringRef(prefix + "_").starts_with("fovea_"))
    prefix.insert(0, "n");
  return prefix;
}

//===----------------------------------------------------------------------===//
// Whether they fit
//===----------------------------------------------------------------------===//

/// Equal but for the first extent.
static bool fits(const plan::Plan &a, const plan::Port &x, const plan::Plan &b,
                 const plan::Port &y) {
  return x.name == y.name && a.buffers[x.buffer].dtype == b.buffers[y.buffer].dtype &&
         x.shape.size() == y.shape.size() &&
         ArrayRef(x.shape).drop_front(!x.shape.empty()) ==
             ArrayRef(y.shape).drop_front(!y.shape.empty());
}

static Error checkPorts(const Variant &first, const Variant &other,
                        std::vector<plan::Port> plan::Plan::*ports) {
  const std::vector<plan::Port> &a = first.plan->*ports, &b = other.plan->*ports;
  if (a.size() != b.size())
    return createStringError("variants differ in the number of inputs or outputs");
  for (auto [x, y] : zip(a, b))
    if (!fits(*first.plan, x, *other.plan, y))
      return createStringError("'" + x.name + "' differs in more than its batch between batch " +
                               Twine(first.batch()) + " and " + Twine(other.batch()));
  return Error::success();
}

static Error checkPair(const Variant &first, const Variant &other) {
  if (first.plan->network != other.plan->network)
    return createStringError("variants are of different networks: " + first.plan->network +
                             " and " + other.plan->network);
  if (first.plan->triple != other.plan->triple || first.plan->device != other.plan->device)
    return createStringError("one artefact cannot hold code for " + first.target + " and " +
                             other.target);
  if (Error error = checkPorts(first, other, &plan::Plan::inputs))
    return error;
  return checkPorts(first, other, &plan::Plan::outputs);
}

Error driver::checkNetwork(const Network &network) {
  for (const Variant &variant : network.variants)
    if (Error error = checkPlan(*variant.plan))
      return error;
  for (size_t i = 0; i < network.variants.size(); ++i) {
    const Variant &variant = network.variants[i];
    if (Error error = checkPair(network.variants[0], variant))
      return error;
    for (const Variant &before : ArrayRef(network.variants).take_front(i))
      if (before.batch() == variant.batch() &&
          before.plan->cpuFeatures == variant.plan->cpuFeatures)
        return createStringError("two variants are for batch " + Twine(variant.batch()) + " and " +
                                 variant.target);
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Weights and ports
//===----------------------------------------------------------------------===//

void driver::shareConstants(ArrayRef<plan::Plan *> plans, ArrayRef<std::vector<std::string>> keys) {
  StringMap<int64_t> places;
  int64_t end = 0;
  for (auto [plan, texts] : zip_equal(plans, keys))
    for (auto [constant, key] : zip_equal(plan->constants, texts)) {
      plan::Buffer &buffer = plan->buffers[constant.buffer];
      // No OpenCL device asks for more.
      int64_t alignment = plan->device.empty() ? 64 : 512;
      auto [place, fresh] = places.try_emplace(key, alignTo(end, alignment));
      if (fresh)
        end = place->second + buffer.bytes();
      buffer.offset = place->second;
    }
  for (plan::Plan *plan : plans)
    plan->weightBytes = end;
}

std::array<uint8_t, 32> driver::weightsHash(const Network &network) {
  plan::Plan layout;
  for (const Variant &variant : network.variants) {
    const plan::Plan &plan = *variant.plan;
    layout.weightBytes = std::max(layout.weightBytes, plan.weightBytes);
    for (plan::Constant constant : plan.constants) {
      plan::Buffer buffer = plan.buffers[constant.buffer];
      buffer.offset = findMemory(plan, constant.buffer).offset;
      buffer.parent = std::nullopt;
      buffer.lifetime = {};
      constant.buffer = layout.buffers.size();
      layout.buffers.push_back(buffer);
      layout.constants.push_back(constant);
    }
  }
  std::string text;
  raw_string_ostream(text) << plan::toJSON(layout);
  return SHA256::hash(arrayRefFromStringRef(text));
}

uint64_t driver::weightDataBytes(const Network &network) {
  uint64_t bytes = 0;
  for (const Variant &variant : network.variants)
    bytes = std::max<uint64_t>(bytes, variant.plan->weightBytes);
  return alignTo(bytes, 64);
}

static std::vector<uint64_t> portAlignments(const plan::Plan &plan) {
  std::vector<uint64_t> alignments;
  for (const auto *ports : {&plan.inputs, &plan.outputs})
    for (const plan::Port &port : *ports)
      alignments.push_back(plan::byteWidth(plan.buffers[port.buffer].dtype));
  for (const plan::Call &call : plan.calls) {
    if (call.kind == plan::Call::Kind::Copy)
      continue;
    for (auto [buffer, argument] : zip(call.buffers, plan.kernels[call.kernel].arguments)) {
      MemoryPlace place = findMemory(plan, buffer);
      if (place.space != plan::MemorySpace::Input && place.space != plan::MemorySpace::Output)
        continue;
      uint64_t &alignment = alignments[portIndex(plan, place)];
      alignment = std::max<uint64_t>(alignment, argument.alignment);
    }
  }
  return alignments;
}

std::vector<uint64_t> driver::portAlignments(const Network &network, int64_t batch) {
  std::vector<uint64_t> alignments;
  for (const Variant &variant : network.variants) {
    if (variant.batch() != batch)
      continue;
    std::vector<uint64_t> needed = ::portAlignments(*variant.plan);
    alignments.resize(needed.size(), 1);
    for (auto [alignment, one] : zip(alignments, needed))
      alignment = std::max(alignment, one);
  }
  return alignments;
}

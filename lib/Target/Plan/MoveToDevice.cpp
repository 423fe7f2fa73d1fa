//===- MoveToDevice.cpp - A plan whose kernels run on a GPU ---------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "MoveToDevice.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;

namespace {
class Mover {
public:
  explicit Mover(plan::Plan &plan) : plan(plan) {}
  void move();

private:
  unsigned twinOf(const plan::Port &port);
  void redirect(unsigned port, unsigned twin);
  plan::Call copy(unsigned from, unsigned to) const;
  void settleSpaces();
  void countLifetimes();

  plan::Plan &plan;
};
} // namespace

unsigned Mover::twinOf(const plan::Port &port) {
  plan::Buffer twin = plan.buffers[port.buffer];
  twin.space = plan::MemorySpace::Device;
  twin.index = 0;
  plan.buffers.push_back(std::move(twin));
  return plan.buffers.size() - 1;
}

void Mover::redirect(unsigned port, unsigned twin) {
  for (plan::Buffer &buffer : plan.buffers)
    if (buffer.parent == port)
      buffer.parent = twin;
  for (plan::Call &call : plan.calls)
    llvm::replace(call.buffers, port, twin);
}

plan::Call Mover::copy(unsigned from, unsigned to) const {
  plan::Call call;
  call.kind = plan::Call::Kind::Copy;
  call.buffers = {from, to};
  call.name = plan.buffers[from].name;
  return call;
}

/// Ports have no views left, and constants never had any.
void Mover::settleSpaces() {
  for (plan::Buffer &buffer : plan.buffers)
    if (buffer.parent || buffer.space == plan::MemorySpace::Arena) {
      buffer.space = plan::MemorySpace::Device;
      buffer.index = 0;
    }
}

/// Calls have moved: all lifetimes anew.
void Mover::countLifetimes() {
  for (plan::Buffer &buffer : plan.buffers)
    buffer.lifetime = {-1, -1};
  for (auto [index, call] : llvm::enumerate(plan.calls))
    for (unsigned buffer : call.buffers)
      for (std::optional<unsigned> at = buffer; at; at = plan.buffers[*at].parent) {
        plan::Lifetime &lifetime = plan.buffers[*at].lifetime;
        int64_t first = lifetime.first < 0 ? index : lifetime.first;
        lifetime = {first, int64_t(index)};
      }
}

void Mover::move() {
  std::vector<plan::Call> uploads, downloads;
  for (const plan::Port &port : plan.inputs) {
    if (plan.buffers[port.buffer].lifetime.first < 0)
      continue;
    unsigned twin = twinOf(port);
    redirect(port.buffer, twin);
    uploads.push_back(copy(port.buffer, twin));
  }
  for (const plan::Port &port : plan.outputs) {
    unsigned twin = twinOf(port);
    redirect(port.buffer, twin);
    downloads.push_back(copy(twin, port.buffer));
  }
  plan.calls.insert(plan.calls.begin(), uploads.begin(), uploads.end());
  llvm::append_range(plan.calls, downloads);
  settleSpaces();
  countLifetimes();
}

int64_t fovea::offsetInRoot(const plan::Plan &plan, const plan::Buffer &buffer) {
  int64_t offset = 0;
  for (const plan::Buffer *at = &buffer; at->parent; at = &plan.buffers[*at->parent])
    offset += at->offset;
  return offset;
}

//===----------------------------------------------------------------------===//
// Planes
//===----------------------------------------------------------------------===//

static unsigned rootOf(const plan::Plan &plan, unsigned buffer) {
  while (plan.buffers[buffer].parent)
    buffer = *plan.buffers[buffer].parent;
  return buffer;
}

/// Whether the images and planes of a view, [n, cb, y, x, ci], are those of its root.
static bool sharesPlanes(const plan::Buffer &view, const plan::Buffer &root) {
  if (view.extents.size() != 5 || root.extents.size() != 5)
    return false;
  return (view.extents[0] == 1 || view.strides[0] == root.strides[0]) &&
         (view.extents[1] == 1 || view.strides[1] == root.strides[1]);
}

/// Gives the planes of a tensor that stands alone such a distance that each begins at a multiple of
/// `alignment` bytes. Kernels read strides of planes and images when they run.
static void alignPlanes(plan::Plan &plan, unsigned index, int64_t alignment) {
  const plan::Buffer root = plan.buffers[index];
  std::vector<plan::Buffer *> family;
  for (unsigned i = 0; i < plan.buffers.size(); ++i)
    if (rootOf(plan, i) == index)
      family.push_back(&plan.buffers[i]);
  if (llvm::any_of(family, [&](const plan::Buffer *view) { return !sharesPlanes(*view, root); }))
    return;
  int64_t width = byteWidth(root.dtype);
  int64_t plane = llvm::alignTo(root.strides[1], std::max<int64_t>(1, alignment / width));
  int64_t image = plane * root.extents[1];
  for (plan::Buffer *buffer : family) {
    if (buffer->parent) {
      int64_t elements = buffer->offset / width, inImage = elements % root.strides[0];
      buffer->offset = width * (elements / root.strides[0] * image +
                                inImage / root.strides[1] * plane + inImage % root.strides[1]);
    }
    buffer->strides[0] = image;
    buffer->strides[1] = plane;
  }
}

void fovea::moveToDevice(plan::Plan &plan, int64_t alignment) {
  Mover(plan).move();
  // The caller's tensors are dense, and so are their twins.
  llvm::DenseSet<unsigned> dense, done;
  for (const plan::Call &call : plan.calls)
    if (call.kind == plan::Call::Kind::Copy)
      dense.insert(call.buffers.begin(), call.buffers.end());
  for (unsigned i = 0; i < plan.buffers.size(); ++i) {
    unsigned root = rootOf(plan, i);
    bool misaligned = offsetInRoot(plan, plan.buffers[i]) % alignment != 0;
    if (misaligned && !dense.contains(root) && done.insert(root).second)
      alignPlanes(plan, root, alignment);
  }
}

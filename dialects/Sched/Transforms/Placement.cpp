//===- Placement.cpp - Where tensors between kernels live -----------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "dialects/Sched/Transforms/Placement.h"
#include "dialects/Sched/Transforms/CopyKernel.h"
#include "mlir/IR/Builders.h"
#include <set>

using namespace mlir;
using namespace fovea::sched;

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

static Quad quad(ArrayRef<int64_t> shape) { return {shape[0], shape[1], shape[2], shape[3]}; }

/// Elements between position 0 and `position` along a dimension of the shape.
static int64_t distance(RankedTensorType type, const Place &place, int64_t axis, int64_t position) {
  int64_t steps = axis == 1 ? position / layoutOf(type).getBlock() : position;
  return steps * place.strides[axis];
}

/// The part of `whole` that begins at `offset` along `axis` and has the shape of `part`.
static Place partOf(Place whole, RankedTensorType type, int64_t axis, int64_t offset,
                    RankedTensorType part) {
  whole.offset += distance(type, whole, axis, offset);
  whole.origin[axis] += offset;
  whole.box[axis] = part.getDimSize(axis);
  return whole;
}

/// The region of which `part`, at `offset` along `axis`, is a part.
static Place wholeOf(Place part, RankedTensorType type, int64_t axis, int64_t offset,
                     RankedTensorType whole) {
  part.offset -= distance(type, part, axis, offset);
  part.origin[axis] -= offset;
  part.box[axis] = whole.getDimSize(axis);
  return part;
}

/// The same elements under another shape, if strides can say it: pixels merge into a row, or a row
/// falls into pixels, where rows follow each other without a gap; channels and pixels merge where
/// all is dense.
static std::optional<Place> reshaped(Place place, RankedTensorType from, RankedTensorType to) {
  ArrayRef<int64_t> a = from.getShape(), b = to.getShape();
  if (a == b)
    return place;
  int64_t rowStride = place.strides[2], pixelStride = place.strides[3];
  if (a[0] == b[0] && a[1] == b[1]) {
    if (a[2] > 1 && rowStride != a[3] * pixelStride)
      return std::nullopt;
    if (a[3] == 1 && a[2] > 1)
      pixelStride = rowStride;
    place.strides[3] = pixelStride;
    place.strides[2] = b[3] * pixelStride;
    return place;
  }
  bool dense = pixelStride == 1 && (a[2] == 1 || rowStride == a[3]) &&
               (a[1] == 1 || place.strides[1] == a[2] * a[3]) && layoutOf(from).getBlock() == 1;
  bool flat = b[2] == 1 && b[3] == 1;
  if (a[2] * a[3] == 1 && flat)
    return place;
  if (!dense || !flat)
    return std::nullopt;
  place.strides[1] = 1;
  return place;
}

static bool overlaps(const Quad &originA, const Quad &boxA, const Quad &originB, const Quad &boxB) {
  for (unsigned d = 0; d < 4; ++d)
    if (originA[d] + boxA[d] <= originB[d] || originB[d] + boxB[d] <= originA[d])
      return false;
  return true;
}

static std::pair<Quad, Quad> intersection(const Place &a, const Place &b) {
  Quad origin, box;
  for (unsigned d = 0; d < 4; ++d) {
    origin[d] = std::max(a.origin[d], b.origin[d]);
    box[d] = std::min(a.origin[d] + a.box[d], b.origin[d] + b.box[d]) - origin[d];
  }
  return {origin, box};
}

static bool isSame(const Place &a, const Place &b) {
  return a.root == b.root && a.offset == b.offset && a.strides == b.strides;
}

/// Where operand `index` of a concat begins along its axis.
static int64_t offsetOf(ConcatOp concat, unsigned index) {
  int64_t offset = 0;
  for (Value input : concat.getInputs().take_front(index))
    offset += typeOf(input).getDimSize(concat.getAxis());
  return offset;
}

/// Where an operand of a concat at `whole` belongs.
static Place partFor(OpOperand &operand, const Place &whole) {
  auto concat = cast<ConcatOp>(operand.getOwner());
  return partOf(whole, typeOf(concat.getResult()), concat.getAxis(),
                offsetOf(concat, operand.getOperandNumber()), typeOf(operand.get()));
}

//===----------------------------------------------------------------------===//
// Conflicts
//===----------------------------------------------------------------------===//

namespace {
/// Follows what was written through views to its readers. Behind a reshape the axes are no longer
/// those of the root: a slice is then taken for the whole, and a concat for a reader.
struct Reads {
  Quad origin, box; ///< The region in question, in the root.
  Operation *writer;
  std::set<std::pair<const void *, Quad>> seen;

  /// `at`, `extent`: where `value` lies in the root. False if a kernel at or after `writer` reads
  /// the region through `value`.
  bool endBefore(Value value, const Quad &at, const Quad &extent) {
    if (!overlaps(at, extent, origin, box) || !seen.insert({value.getAsOpaquePointer(), at}).second)
      return true;
    return llvm::all_of(value.getUses(), [&](OpOperand &use) { return through(use, at, extent); });
  }

  bool through(OpOperand &use, Quad at, Quad extent) {
    Operation *user = use.getOwner();
    if (isa<KernelOp>(user))
      return user->isBeforeInBlock(writer);
    bool exact = extent == quad(typeOf(use.get()).getShape());
    if (auto slice = dyn_cast<SliceOp>(user)) {
      if (exact) {
        at[slice.getAxis()] += slice.getOffset();
        extent[slice.getAxis()] = typeOf(slice.getResult()).getDimSize(slice.getAxis());
      }
      return endBefore(slice.getResult(), at, extent);
    }
    if (auto concat = dyn_cast<ConcatOp>(user); concat && exact) {
      at[concat.getAxis()] -= offsetOf(concat, use.getOperandNumber());
      extent[concat.getAxis()] = typeOf(concat.getResult()).getDimSize(concat.getAxis());
      return endBefore(concat.getResult(), at, extent);
    }
    if (auto reshape = dyn_cast<ReshapeOp>(user))
      return endBefore(reshape.getResult(), at, extent);
    return false;
  }
};
} // namespace

/// Whether `later` writes where `earlier` is still read from then on.
static bool destroys(const Write &later, const Write &earlier) {
  auto [origin, box] = intersection(earlier.part, later.part);
  Reads reads{origin, box, later.writer, {}};
  return !reads.endBefore(earlier.tensor, earlier.place.origin, earlier.place.box);
}

static bool clash(const Write &a, const Write &b) {
  if (a.part.root != b.part.root || !overlaps(a.part.origin, a.part.box, b.part.origin, b.part.box))
    return false;
  return a.writer->isBeforeInBlock(b.writer) ? destroys(b, a) : destroys(a, b);
}

/// The parts of a concat that its operands do not lie in, or not yet: copies at the concat may have
/// to fill them.
std::vector<Write> Placement::openParts(ConcatOp concat, const Place &place) const {
  std::vector<Write> open;
  for (OpOperand &operand : concat->getOpOperands()) {
    Place part = partFor(operand, place);
    auto found = places.find(operand.get());
    if (found == places.end() || !isSame(found->second, part))
      open.push_back({concat.getResult(), concat, place, part});
  }
  return open;
}

/// Whether the write would destroy what is still read, or have its own result destroyed.
bool Placement::conflicts(const Write &write) const {
  return llvm::any_of(places, [&](const auto &entry) {
    const auto &[other, there] = entry;
    if (other == write.tensor || there.root != write.part.root)
      return false;
    Operation *producer = other.getDefiningOp();
    if (isa_and_present<KernelOp>(producer))
      return clash(write, {other, producer, there, there});
    auto concat = dyn_cast_if_present<ConcatOp>(producer);
    return concat && llvm::any_of(openParts(concat, there),
                                  [&](const Write &open) { return clash(write, open); });
  });
}

//===----------------------------------------------------------------------===//
// Placing
//===----------------------------------------------------------------------===//

static StringAttr nameFor(Value value) {
  Operation *op = value.getDefiningOp();
  StringAttr name = op ? op->getAttrOfType<StringAttr>("name") : StringAttr();
  return name ? name : StringAttr::get(value.getContext(), "port");
}

Place Placement::newRoot(Value value, Root::Kind kind, unsigned index) {
  RankedTensorType type = typeOf(value);
  Place place;
  place.root = roots.size();
  place.box = quad(type.getShape());
  place.strides.assign(layoutOf(type).strides(type.getShape()));
  roots.push_back({kind, index, type, nameFor(value)});
  places[value] = place;
  return place;
}

/// Wants `value` at `place`; true if it will be there.
bool Placement::tryPlace(Value value, const Place &place) {
  if (auto found = places.find(value); found != places.end())
    return isSame(found->second, place);
  Quad limits = quad(roots[place.root].type.getShape());
  int64_t block = layoutOf(typeOf(value)).getBlock();
  for (unsigned d = 0; d < 4; ++d)
    if (place.origin[d] < 0 || place.origin[d] + place.box[d] > limits[d])
      return false;
  if (place.origin[1] % block != 0 || block != layoutOf(roots[place.root].type).getBlock())
    return false;
  Operation *producer = value.getDefiningOp();
  if (!producer)
    return false;
  // Before what is behind it is asked, which must not take it for a tensor still to be copied.
  places[value] = place;
  if (producerFits(producer, value, place))
    return true;
  places.erase(value);
  return false;
}

/// Whether the op that gives `value` can leave it there; views take the tensor behind them along.
bool Placement::producerFits(Operation *producer, Value value, const Place &place) {
  if (isa<KernelOp>(producer))
    return !conflicts({value, producer, place, place});
  if (auto reshape = dyn_cast<ReshapeOp>(producer)) {
    std::optional<Place> source = reshaped(place, typeOf(value), typeOf(reshape.getSource()));
    return source && tryPlace(reshape.getSource(), *source);
  }
  if (place.box != quad(typeOf(value).getShape()))
    return false; // A reshape stands between it and the axes of the root.
  if (auto slice = dyn_cast<SliceOp>(producer)) {
    RankedTensorType type = typeOf(slice.getSource());
    return tryPlace(slice.getSource(),
                    wholeOf(place, typeOf(value), slice.getAxis(), slice.getOffset(), type));
  }
  return llvm::none_of(openParts(cast<ConcatOp>(producer), place),
                       [&](const Write &part) { return conflicts(part); });
}

void Placement::placeInputs() {
  for (BlockArgument argument : function.getArguments())
    newRoot(argument, Root::Kind::Input, argument.getArgNumber());
}

void Placement::placeReturn(func::ReturnOp ret) {
  for (OpOperand &operand : ret->getOpOperands()) {
    RankedTensorType type = typeOf(operand.get());
    Place place;
    place.root = roots.size();
    place.box = quad(type.getShape());
    place.strides.assign(layoutOf(type).strides(type.getShape()));
    roots.push_back({Root::Kind::Output, operand.getOperandNumber(), type, nameFor(operand.get())});
    if (tryPlace(operand.get(), place))
      continue;
    operand.set(copyBefore(ret, operand.get(), "an output of the network lies elsewhere too"));
    places[operand.get()] = place;
  }
}

/// Lets a concat live inside the buffer that one of its operands is in already, as the layers of a
/// dense block do.
bool Placement::adopt(ConcatOp concat) {
  RankedTensorType type = typeOf(concat.getResult());
  for (auto [index, input] : llvm::enumerate(concat.getInputs())) {
    if (!isPlaced(input))
      continue;
    Place whole =
        wholeOf(of(input), typeOf(input), concat.getAxis(), offsetOf(concat, index), type);
    if (!tryPlace(concat.getResult(), whole))
      return false;
    if (llvm::all_of(concat->getOpOperands(), [&](OpOperand &operand) {
          return tryPlace(operand.get(), partFor(operand, whole));
        }))
      return true;
    places.erase(concat.getResult());
    return false;
  }
  return false;
}

void Placement::placeConcat(ConcatOp concat) {
  if (!isPlaced(concat.getResult()) && adopt(concat))
    return;
  if (!isPlaced(concat.getResult()))
    newRoot(concat.getResult(), Root::Kind::Arena, 0);
  const Place whole = of(concat.getResult());
  // What kernels write first, so that slices know what they must not lie over.
  SmallVector<OpOperand *> left;
  for (OpOperand &operand : concat->getOpOperands())
    if (operand.get().getDefiningOp<SliceOp>() || !tryPlace(operand.get(), partFor(operand, whole)))
      left.push_back(&operand);
  for (OpOperand *operand : left) {
    Place place = partFor(*operand, whole);
    if (tryPlace(operand->get(), place))
      continue;
    operand->set(copyBefore(concat, operand->get(), "it is needed at another place too"));
    places[operand->get()] = place;
  }
}

/// Views follow the tensor behind them, which has its place by now.
void Placement::derive(Operation *op) {
  if (auto slice = dyn_cast<SliceOp>(op)) {
    places[slice.getResult()] =
        partOf(of(slice.getSource()), typeOf(slice.getSource()), slice.getAxis(), slice.getOffset(),
               typeOf(slice.getResult()));
    return;
  }
  auto reshape = dyn_cast<ReshapeOp>(op);
  if (!reshape || isPlaced(reshape.getResult()))
    return;
  RankedTensorType from = typeOf(reshape.getSource()), to = typeOf(reshape.getResult());
  std::optional<Place> place = reshaped(of(reshape.getSource()), from, to);
  if (!place) {
    Value copy = copyBefore(reshape, reshape.getSource(), "its pixels do not lie in one row");
    newRoot(copy, Root::Kind::Arena, 0);
    reshape.getSourceMutable().assign(copy);
    place = reshaped(of(copy), from, to);
  }
  places[reshape.getResult()] = *place;
}

void Placement::run() {
  placeInputs();
  Block &body = function.getBody().front();
  // Not a range loop: copies are inserted before the op at hand and are visited in their turn.
  for (Operation *op = &body.back(); op; op = op->getPrevNode()) {
    if (auto ret = dyn_cast<func::ReturnOp>(op))
      placeReturn(ret);
    else if (auto concat = dyn_cast<ConcatOp>(op))
      placeConcat(concat);
    else if (isa<KernelOp>(op) && !isPlaced(op->getResult(0)))
      newRoot(op->getResult(0), Root::Kind::Arena, 0);
  }
  for (Operation &op : llvm::make_early_inc_range(body))
    derive(&op);
}

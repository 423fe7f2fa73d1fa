//===- BuildPlan.cpp - From the sched dialect to a plan -------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Plan/BuildPlan.h"
#include "MoveToDevice.h"
#include "PlaceArena.h"
#include "dialects/Sched/IR/SchedOps.h"
#include "fovea/Support/MlirLocations.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::sched;

static std::vector<int64_t> toVector(ArrayRef<int64_t> list) { return list.vec(); }

static std::optional<plan::DType> dtypeOf(Type type) {
  if (type.isF32())
    return plan::DType::F32;
  if (type.isInteger(32))
    return plan::DType::I32;
  if (type.isUnsignedInteger(8))
    return plan::DType::U8;
  return std::nullopt;
}

static std::vector<plan::Directive> directivesOf(ScheduleAttr schedule) {
  std::vector<plan::Directive> list;
  if (!schedule)
    return list;
  for (ArrayAttr words : schedule.getDirectives()) {
    plan::Directive directive;
    for (auto word : words.getAsRange<StringAttr>())
      directive.args.push_back(word.str());
    directive.kind = directive.args.front();
    directive.args.erase(directive.args.begin());
    list.push_back(std::move(directive));
  }
  return list;
}

namespace {
class PlanBuilder {
public:
  PlanBuilder(func::FuncOp function, const TargetModel &target)
      : function(function), target(target) {
    plan.network = function.getName().str();
    plan.triple = target.triple;
    plan.device = target.device;
    plan.target = target.halideTarget;
    plan.cpuFeatures = target.cpuFeatures;
  }
  FailureOr<BuiltPlan> build();

private:
  LogicalResult addPorts();
  LogicalResult addOp(Operation *op);
  LogicalResult addBuffer(Value value, plan::Buffer buffer);
  LogicalResult addConstant(PackOp pack);
  LogicalResult addCall(KernelOp kernel);
  plan::Kernel kernelOf(KernelOp kernel, const plan::Call &call);
  plan::Argument argumentOf(Value inner, unsigned buffer);
  unsigned internKernel(plan::Kernel kernel);
  unsigned rootOf(unsigned buffer) const;
  void extendLifetime(unsigned buffer, int64_t call);
  int64_t alignmentOf(unsigned buffer) const;
  LogicalResult moveToDevice();

  func::FuncOp function;
  const TargetModel &target;
  plan::Plan plan;
  std::vector<Operation *> packs;
  llvm::DenseMap<Value, unsigned> buffers;
  llvm::StringMap<unsigned> kernels;
};
} // namespace

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

LogicalResult PlanBuilder::addBuffer(Value value, plan::Buffer buffer) {
  auto type = cast<ShapedType>(value.getType());
  std::optional<plan::DType> dtype = dtypeOf(type.getElementType());
  bool isBytes = dtype == plan::DType::U8;
  if (!dtype || (isBytes && buffer.space != plan::MemorySpace::Input))
    return emitError(value.getLoc())
           << "expected elements of f32 or i32, or ui8 in an input, got " << type.getElementType();
  buffer.dtype = *dtype;
  buffer.extents = toVector(type.getShape());
  if (auto memref = dyn_cast<MemRefType>(type)) {
    SmallVector<int64_t> strides;
    int64_t offset;
    if (failed(memref.getStridesAndOffset(strides, offset)))
      return emitError(value.getLoc()) << "expected constant strides, got " << type;
    buffer.strides = toVector(strides);
  } else {
    buffer.strides.assign(type.getRank(), 1);
    for (int64_t d = type.getRank() - 2; d >= 0; --d)
      buffer.strides[d] = buffer.strides[d + 1] * type.getDimSize(d + 1);
  }
  buffer.lifetime = {-1, -1};
  buffers[value] = plan.buffers.size();
  plan.buffers.push_back(std::move(buffer));
  return success();
}

LogicalResult PlanBuilder::addPorts() {
  for (BlockArgument argument : function.getArguments()) {
    unsigned index = argument.getArgNumber();
    bool isOutput = bool(function.getArgAttr(index, "sched.output"));
    std::vector<plan::Port> &ports = isOutput ? plan.outputs : plan.inputs;
    plan::Port port;
    if (auto name = function.getArgAttrOfType<StringAttr>(index, "sched.name"))
      port.name = name.str();
    else
      port.name = llvm::formatv("{0}{1}", isOutput ? "output" : "input", ports.size());
    auto shape = function.getArgAttrOfType<DenseI64ArrayAttr>(index, "sched.shape");
    if (!shape)
      return function.emitError("expected argument ") << index << " to have sched.shape";
    port.shape = toVector(shape.asArrayRef());
    port.buffer = plan.buffers.size();
    plan::Buffer buffer;
    buffer.name = port.name;
    buffer.space = isOutput ? plan::MemorySpace::Output : plan::MemorySpace::Input;
    buffer.index = ports.size();
    if (failed(addBuffer(argument, buffer)))
      return failure();
    ports.push_back(std::move(port));
  }
  return success();
}

unsigned PlanBuilder::rootOf(unsigned buffer) const {
  while (plan.buffers[buffer].parent)
    buffer = *plan.buffers[buffer].parent;
  return buffer;
}

void PlanBuilder::extendLifetime(unsigned buffer, int64_t call) {
  for (unsigned index : {buffer, rootOf(buffer)}) {
    plan::Lifetime &lifetime = plan.buffers[index].lifetime;
    lifetime.first = lifetime.first < 0 ? call : std::min(lifetime.first, call);
    lifetime.last = std::max(lifetime.last, call);
  }
}

/// The greatest power of two, up to 64, that divides the buffer's address. What the caller gives is
/// aligned as its elements are.
int64_t PlanBuilder::alignmentOf(unsigned index) const {
  plan::MemorySpace space = plan.buffers[rootOf(index)].space;
  if (space == plan::MemorySpace::Input || space == plan::MemorySpace::Output)
    return byteWidth(plan.buffers[index].dtype);
  int64_t places = 64;
  for (unsigned at = index; plan.buffers[at].parent; at = *plan.buffers[at].parent)
    places |= plan.buffers[at].offset;
  return places & -places;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

static std::string constantName(Value source) {
  Operation *op = source.getDefiningOp();
  if (auto literal = dyn_cast_or_null<LiteralOp>(op))
    return literal.getName().str();
  if (auto symbol = op ? op->getAttrOfType<FlatSymbolRefAttr>("param") : FlatSymbolRefAttr())
    return symbol.getValue().str();
  std::string name = op ? layerName(op).str() : "constant";
  return op && op->getNumResults() > 1
             ? llvm::formatv("{0}#{1}", name, cast<OpResult>(source).getResultNumber()).str()
             : name;
}

LogicalResult PlanBuilder::addConstant(PackOp pack) {
  plan::Constant constant;
  constant.name = constantName(pack.getSource());
  constant.buffer = plan.buffers.size();
  constant.packing.kind = stringifyPackingKind(pack.getKind()).str();
  constant.packing.outBlock = pack.getOutBlock();
  constant.packing.inBlock = pack.getInBlock();
  if (std::optional<ArrayRef<int64_t>> shape = pack.getInputShape())
    constant.packing.inputShape = toVector(*shape);
  if (std::optional<ArrayRef<int64_t>> order = pack.getInputPermutation())
    constant.packing.inputPermutation = toVector(*order);
  plan::Buffer buffer;
  buffer.name = constant.name;
  buffer.space = plan::MemorySpace::Constant;
  buffer.offset = llvm::alignTo(plan.weightBytes, std::max<int64_t>(64, target.deviceAlignment));
  if (failed(addBuffer(pack.getResult(), buffer)))
    return failure();
  plan.weightBytes = plan.buffers.back().offset + plan.buffers.back().bytes();
  plan.constants.push_back(std::move(constant));
  packs.push_back(pack);
  return success();
}

//===----------------------------------------------------------------------===//
// Kernels and calls
//===----------------------------------------------------------------------===//

plan::Argument PlanBuilder::argumentOf(Value inner, unsigned buffer) {
  auto type = cast<RankedTensorType>(inner.getType());
  plan::Argument argument;
  argument.dtype = plan.buffers[buffer].dtype;
  argument.shape = toVector(type.getShape());
  argument.alignment = alignmentOf(buffer);
  if (LayoutAttr layout = layoutOf(type)) {
    argument.block = layout.getBlock();
    // [n, cb, y, x, ci]: kernels know the stride of pixels that lie next to each other.
    bool dense = plan.buffers[buffer].strides[3] == argument.block;
    argument.pixelStride = dense ? argument.block : 0;
  } else {
    argument.role = plan::Argument::Role::Constant;
    argument.block = 0;
  }
  return argument;
}

static plan::Stage stageOf(StageOp op, const llvm::DenseMap<Value, plan::Operand> &operands) {
  plan::Stage stage;
  stage.name = op.getName().str();
  stage.kind = stringifyStageKind(op.getKind()).str();
  stage.algorithm = stringifyAlgorithm(*op.getAlgorithm()).str();
  for (Value operand : op.getOperands_())
    stage.operands.push_back(operands.lookup(operand));
  for (NamedAttribute attribute : op->getDiscardableAttrs())
    if (auto list = dyn_cast<DenseI64ArrayAttr>(attribute.getValue()))
      stage.ints[attribute.getName().str()] = toVector(list.asArrayRef());
  stage.shape = toVector(op.type().getShape());
  stage.block = layoutOf(op.type()).getBlock();
  if (std::optional<ScheduleAttr> schedule = op.getSchedule())
    stage.schedule = directivesOf(*schedule);
  if (std::optional<ScheduleAttr> update = op.getUpdate())
    stage.update = directivesOf(*update);
  return stage;
}

plan::Kernel PlanBuilder::kernelOf(KernelOp op, const plan::Call &call) {
  plan::Kernel kernel;
  llvm::DenseMap<Value, plan::Operand> operands;
  for (BlockArgument argument : op.block().getArguments()) {
    unsigned index = argument.getArgNumber();
    operands[argument] = {plan::Operand::Kind::Argument, index};
    kernel.arguments.push_back(argumentOf(argument, call.buffers[index]));
  }
  kernel.arguments.push_back(argumentOf(op.yield().getValue(), call.buffers.back()));
  kernel.arguments.back().role = plan::Argument::Role::Output;
  for (StageOp stage : stagesOf(op)) {
    operands[stage.getResult()] = {plan::Operand::Kind::Stage, unsigned(kernel.stages.size())};
    kernel.stages.push_back(stageOf(stage, operands));
  }
  if (std::optional<ScheduleAttr> schedule = op.getSchedule())
    kernel.schedule = directivesOf(*schedule);
  return kernel;
}

unsigned PlanBuilder::internKernel(plan::Kernel kernel) {
  std::string key = llvm::formatv("{0}", toJSON(withoutNames(kernel))).str();
  auto [entry, fresh] = kernels.try_emplace(key, plan.kernels.size());
  if (fresh)
    plan.kernels.push_back(std::move(kernel));
  return entry->second;
}

/// A product that stops at 2^53, where nobody counts any more.
static int64_t boundedProduct(std::initializer_list<int64_t> factors) {
  constexpr uint64_t most = uint64_t(1) << 53;
  uint64_t product = 1;
  for (int64_t factor : factors)
    product = std::min(most, llvm::SaturatingMultiply<uint64_t>(product, factor));
  return product;
}

/// Multiply-adds of a stage: outputs times the weights that each of them is made with.
static int64_t macsOf(StageOp stage) {
  ArrayRef<int64_t> input = cast<ShapedType>(stage.getOperands_()[0].getType()).getShape();
  int64_t outputs = stage.type().getNumElements();
  switch (stage.getKind()) {
  case StageKind::conv: {
    ArrayRef<int64_t> kernel = stage.ints("kernel");
    return boundedProduct({outputs, input[1] / stage.ints("groups")[0], kernel[0], kernel[1]});
  }
  case StageKind::linear:
    return boundedProduct({outputs, input[1], input[2], input[3]});
  case StageKind::matmul:
    return boundedProduct({outputs, input[1]});
  default:
    return 0;
  }
}

/// Stages that a pass added have no layer of their own.
static bool isLayer(StageOp stage) {
  return stage.getKind() != StageKind::pad && stage.getKind() != StageKind::copy;
}

LogicalResult PlanBuilder::addCall(KernelOp op) {
  plan::Call call;
  for (Value input : op.getInputs()) {
    auto found = buffers.find(input);
    if (found == buffers.end())
      return op.emitOpError("expected inputs that are buffers or packed constants");
    call.buffers.push_back(found->second);
  }
  auto output = buffers.find(op.getOutput());
  if (output == buffers.end())
    return op.emitOpError("expected an output that is a buffer");
  call.buffers.push_back(output->second);
  for (unsigned buffer : call.buffers)
    extendLifetime(buffer, plan.calls.size());
  SmallVector<StringRef> names;
  for (StageOp stage : stagesOf(op)) {
    call.macs += macsOf(stage);
    if (isLayer(stage))
      names.push_back(stage.getName());
  }
  call.name = names.empty() ? op.getName().str() : llvm::join(names, " + ");
  for (const FilePosition &position : sourcePositions(op.getLoc()))
    call.where.push_back(position.str());
  call.kernel = internKernel(kernelOf(op, call));
  plan.calls.push_back(std::move(call));
  return success();
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

LogicalResult PlanBuilder::moveToDevice() {
  fovea::moveToDevice(plan, target.deviceAlignment);
  for (const plan::Buffer &buffer : plan.buffers) {
    int64_t begin = offsetInRoot(plan, buffer);
    if (begin % target.deviceAlignment)
      return function.emitError(target.device)
             << ": '" << buffer.name << "' begins " << begin
             << " bytes into another tensor; on this device that must be a multiple of "
             << target.deviceAlignment;
  }
  plan.deviceBytes = placeArena(plan.buffers, plan::MemorySpace::Device,
                                std::max<int64_t>(64, target.deviceAlignment));
  return success();
}

LogicalResult PlanBuilder::addOp(Operation *op) {
  if (auto alloc = dyn_cast<AllocOp>(op)) {
    plan::Buffer buffer;
    buffer.name = alloc.getName().str();
    return addBuffer(alloc.getResult(), buffer);
  }
  if (auto view = dyn_cast<ViewOp>(op)) {
    auto parent = buffers.find(view.getParent());
    if (parent == buffers.end())
      return view.emitOpError("expected a parent that is a buffer");
    plan::Buffer buffer;
    buffer.name = view.getName().str();
    buffer.parent = parent->second;
    const plan::Buffer &whole = plan.buffers[*buffer.parent];
    buffer.space = whole.space;
    buffer.index = whole.index;
    buffer.offset = int64_t(view.getOffset()) * byteWidth(whole.dtype);
    return addBuffer(view.getResult(), buffer);
  }
  if (auto pack = dyn_cast<PackOp>(op))
    return addConstant(pack);
  if (auto kernel = dyn_cast<KernelOp>(op))
    return addCall(kernel);
  return success();
}

FailureOr<BuiltPlan> PlanBuilder::build() {
  if (failed(addPorts()))
    return failure();
  for (Operation &op : function.getBody().front())
    if (failed(addOp(&op)))
      return failure();
  if (!target.device.empty() && failed(moveToDevice()))
    return failure();
  plan.arenaBytes = placeArena(plan.buffers);
  return BuiltPlan{std::move(plan), std::move(packs)};
}

FailureOr<BuiltPlan> fovea::buildPlan(func::FuncOp function, const TargetModel &target) {
  return PlanBuilder(function, target).build();
}

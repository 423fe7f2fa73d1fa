//===- DriverObject.cpp - The code that calls the kernels -------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/DriverObject.h"
#include "lib/Target/Driver/PlanMemory.h"
#include "lib/Target/Driver/runtime/fovea_rt.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

std::string driver::symbolPrefix(const plan::Plan &plan) {
  std::string prefix = plan.network;
  for (char &c : prefix)
    if (!isAlnum(c))
      c = '_';
  if (prefix.empty() || isDigit(prefix[0]))
    prefix.insert(0, "n");
  return prefix;
}

std::array<uint8_t, 32> driver::weightsHash(const plan::Plan &plan) {
  plan::Plan layout;
  layout.constants = plan.constants;
  layout.weightBytes = plan.weightBytes;
  for (plan::Constant &constant : layout.constants) {
    plan::Buffer buffer = plan.buffers[constant.buffer];
    buffer.offset = findMemory(plan, constant.buffer).offset;
    buffer.parent = std::nullopt;
    buffer.lifetime = {};
    constant.buffer = layout.buffers.size();
    layout.buffers.push_back(buffer);
  }
  std::string text;
  raw_string_ostream(text) << plan::toJSON(layout);
  return SHA256::hash(arrayRefFromStringRef(text));
}

uint64_t driver::weightDataBytes(const plan::Plan &plan) { return alignTo(plan.weightBytes, 64); }

std::vector<uint64_t> driver::portAlignments(const plan::Plan &plan) {
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

namespace {

/// Builds the module. Structures are those of HalideRuntime.h (halide_buffer_t, halide_dimension_t)
/// and fovea_rt.h.
class DriverBuilder {
public:
  DriverBuilder(const plan::Plan &plan, Module &module)
      : plan(plan), module(module), builder(module.getContext()), prefix(symbolPrefix(plan)) {
    int32 = builder.getInt32Ty();
    int64 = builder.getInt64Ty();
    pointer = builder.getPtrTy();
    typeType = StructType::get(builder.getInt8Ty(), builder.getInt8Ty(), builder.getInt16Ty());
    dimensionType = StructType::get(int32, int32, int32, int32);
    bufferType = StructType::get(int64, pointer, pointer, int64, typeType, int32, pointer, pointer);
  }

  void build() {
    std::vector<Constant *> calls;
    for (const plan::Call &call : plan.calls)
      calls.push_back(emitCall(call));
    network = emitNetwork(calls);
    emitApi();
  }

private:
  //===--------------------------------------------------------------------===//
  // Data
  //===--------------------------------------------------------------------===//

  GlobalVariable *emitData(Constant *value, const Twine &name,
                           GlobalValue::LinkageTypes linkage = GlobalValue::PrivateLinkage) {
    auto *variable =
        new GlobalVariable(module, value->getType(), /*isConstant=*/true, linkage, value, name);
    if (linkage == GlobalValue::PrivateLinkage)
      variable->setUnnamedAddr(GlobalValue::UnnamedAddr::Global);
    return variable;
  }

  Constant *emitText(StringRef text) {
    GlobalVariable *&variable = texts[text];
    if (!variable)
      variable = emitData(ConstantDataArray::getString(module.getContext(), text), "text");
    return variable;
  }

  /// An array; null where it would be empty.
  Constant *emitArray(Type *element, ArrayRef<Constant *> values, const Twine &name) {
    if (values.empty())
      return ConstantPointerNull::get(pointer);
    return emitData(ConstantArray::get(ArrayType::get(element, values.size()), values), name);
  }

  Constant *emitTexts(ArrayRef<std::string> values, const Twine &name) {
    std::vector<Constant *> pointers;
    for (const std::string &value : values)
      pointers.push_back(emitText(value));
    return emitArray(pointer, pointers, name);
  }

  Constant *emitInt64s(ArrayRef<int64_t> values, const Twine &name) {
    std::vector<Constant *> constants;
    for (int64_t value : values)
      constants.push_back(builder.getInt64(value));
    return emitArray(int64, constants, name);
  }

  /// halide_dimension_t's of a buffer, innermost first. Buffers of one shape share them.
  Constant *emitDimensions(const plan::Buffer &buffer) {
    auto &dimensions = shapes[{buffer.extents, buffer.strides}];
    if (dimensions)
      return dimensions;
    std::vector<Constant *> values;
    for (size_t i = buffer.extents.size(); i-- > 0;)
      values.push_back(ConstantStruct::get(
          dimensionType, {builder.getInt32(0), builder.getInt32(buffer.extents[i]),
                          builder.getInt32(buffer.strides[i]), builder.getInt32(0)}));
    return dimensions = emitArray(dimensionType, values, "dimensions");
  }

  /// halide_type_t: code (0 int, 1 uint, 2 float, 4 bfloat), bits, lanes.
  Constant *halideType(plan::DType type) {
    unsigned code = 0, bits = plan::byteWidth(type) * 8;
    switch (type) {
    case plan::DType::I8:
    case plan::DType::I16:
    case plan::DType::I32:
    case plan::DType::I64:
      break;
    case plan::DType::Bool:
      bits = 1;
      [[fallthrough]];
    case plan::DType::U8:
    case plan::DType::U16:
      code = 1;
      break;
    case plan::DType::F32:
    case plan::DType::F16:
    case plan::DType::F64:
      code = 2;
      break;
    case plan::DType::BF16:
      code = 4;
      break;
    }
    return ConstantStruct::get(typeType,
                               {builder.getInt8(code), builder.getInt8(bits), builder.getInt16(1)});
  }

  //===--------------------------------------------------------------------===//
  // Calls
  //===--------------------------------------------------------------------===//

  /// Where a buffer begins, from the arguments of the call's function.
  Value *emitHost(Function *function, unsigned buffer) {
    MemoryPlace place = findMemory(plan, buffer);
    Value *base = nullptr;
    switch (place.space) {
    case plan::MemorySpace::Arena:
      base = function->getArg(1);
      break;
    case plan::MemorySpace::Constant:
      base = function->getArg(2);
      break;
    case plan::MemorySpace::Input:
    case plan::MemorySpace::Output:
      base = builder.CreateLoad(pointer, builder.CreateConstInBoundsGEP1_64(
                                             pointer, function->getArg(3), portIndex(plan, place)));
      break;
    }
    return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), base, place.offset);
  }

  Value *emitBuffer(const plan::Buffer &buffer, Value *host) {
    Value *memory = builder.CreateAlloca(bufferType);
    Constant *null = ConstantPointerNull::get(pointer);
    Value *fields[] = {builder.getInt64(0),
                       null,
                       host,
                       builder.getInt64(0),
                       halideType(buffer.dtype),
                       builder.getInt32(buffer.extents.size()),
                       emitDimensions(buffer),
                       null};
    for (unsigned i = 0; i < std::size(fields); ++i)
      builder.CreateStore(fields[i], builder.CreateStructGEP(bufferType, memory, i));
    return memory;
  }

  FunctionCallee importKernel(const plan::Kernel &kernel) {
    std::vector<Type *> parameters(kernel.arguments.size() + 1, pointer);
    return module.getOrInsertFunction(kernel.symbol, FunctionType::get(int32, parameters, false));
  }

  void emitKernelCall(const plan::Call &call, Function *function) {
    std::vector<Value *> arguments = {function->getArg(0)};
    for (unsigned buffer : call.buffers)
      arguments.push_back(emitBuffer(plan.buffers[buffer], emitHost(function, buffer)));
    FunctionCallee kernel = importKernel(plan.kernels[call.kernel]);
    if (call.kind == plan::Call::Kind::Loop)
      emitLoop(call, function, kernel, arguments);
    else
      builder.CreateRet(builder.CreateCall(kernel, arguments));
  }

  /// Calls `count` times, moving the buffers' host pointers on after each; ends early on an error.
  void emitLoop(const plan::Call &call, Function *function, FunctionCallee kernel,
                ArrayRef<Value *> arguments) {
    LLVMContext &context = module.getContext();
    BasicBlock *before = builder.GetInsertBlock();
    BasicBlock *body = BasicBlock::Create(context, "body", function);
    BasicBlock *next = BasicBlock::Create(context, "next", function);
    BasicBlock *end = BasicBlock::Create(context, "end", function);
    builder.CreateBr(body);
    builder.SetInsertPoint(body);
    PHINode *index = builder.CreatePHI(int64, 2, "index");
    Value *status = builder.CreateCall(kernel, arguments);
    builder.CreateCondBr(builder.CreateIsNotNull(status), end, next);
    builder.SetInsertPoint(next);
    for (auto [buffer, step] : zip(arguments.drop_front(), call.steps)) {
      Value *host = builder.CreateStructGEP(bufferType, buffer, 2);
      Value *moved =
          builder.CreateConstGEP1_64(builder.getInt8Ty(), builder.CreateLoad(pointer, host), step);
      builder.CreateStore(moved, host);
    }
    Value *following = builder.CreateAdd(index, builder.getInt64(1));
    builder.CreateCondBr(builder.CreateICmpEQ(following, builder.getInt64(call.count)), end, body);
    index->addIncoming(builder.getInt64(0), before);
    index->addIncoming(following, next);
    builder.SetInsertPoint(end);
    builder.CreateRet(status);
  }

  void emitCopy(const plan::Call &call, Function *function) {
    const plan::Buffer &from = plan.buffers[call.buffers[0]], &to = plan.buffers[call.buffers[1]];
    int64_t width = plan::byteWidth(from.dtype);
    auto inBytes = [&](std::vector<int64_t> strides) {
      for (int64_t &stride : strides)
        stride *= width;
      return strides;
    };
    FunctionCallee copy =
        module.getOrInsertFunction("fovea_rt_copy", builder.getVoidTy(), pointer, pointer, int64,
                                   int32, pointer, pointer, pointer);
    builder.CreateCall(
        copy, {emitHost(function, call.buffers[1]), emitHost(function, call.buffers[0]),
               builder.getInt64(width), builder.getInt32(from.extents.size()),
               emitInt64s(from.extents, "extents"), emitInt64s(inBytes(to.strides), "strides"),
               emitInt64s(inBytes(from.strides), "strides")});
    builder.CreateRet(builder.getInt32(0));
  }

  /// int call(worker, arena, weights, ports), named for profilers: lenet5_3_conv1.
  Function *emitCall(const plan::Call &call) {
    std::string name = prefix + "_" + utostr(&call - plan.calls.data()) + "_" + call.name;
    for (char &c : name)
      if (!isAlnum(c))
        c = '_';
    auto *type = FunctionType::get(int32, {pointer, pointer, pointer, pointer}, false);
    auto *function = Function::Create(type, GlobalValue::InternalLinkage, name, module);
    builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "entry", function));
    if (call.kind == plan::Call::Kind::Copy)
      emitCopy(call, function);
    else
      emitKernelCall(call, function);
    return function;
  }

  //===--------------------------------------------------------------------===//
  // Network and API
  //===--------------------------------------------------------------------===//

  /// The fovea_rt_network.
  GlobalVariable *emitNetwork(ArrayRef<Constant *> calls) {
    std::vector<std::string> callNames, featureErrors;
    for (const plan::Call &call : plan.calls)
      callNames.push_back(call.name);
    for (const std::string &feature : plan.cpuFeatures)
      featureErrors.push_back("this CPU lacks " + feature + ", which " + plan.network +
                              " was compiled for");
    std::vector<uint64_t> alignments = portAlignments(plan);
    Constant *fields[] = {
        builder.getInt32(FOVEA_RT_ABI),
        builder.getInt32(calls.size()),
        builder.getInt32(alignments.size()),
        builder.getInt32(plan.cpuFeatures.size()),
        builder.getInt64(plan.arenaBytes),
        builder.getInt64(weightDataBytes(plan)),
        builder.getInt64(plan.scratchBytes),
        ConstantDataArray::get(module.getContext(), ArrayRef<uint8_t>(weightsHash(plan))),
        emitText(plan.network),
        emitArray(pointer, calls, "calls"),
        emitTexts(callNames, "callNames"),
        emitInt64s(std::vector<int64_t>(alignments.begin(), alignments.end()), "portAlignments"),
        emitTexts(plan.cpuFeatures, "features"),
        emitTexts(featureErrors, "featureErrors"),
    };
    return emitData(ConstantStruct::getAnon(fields), prefix + "_network",
                    GlobalValue::ExternalLinkage);
  }

  /// Begins a function of the API whose parameters are `parameters`.
  Function *beginApi(StringRef name, Type *result, ArrayRef<Type *> parameters) {
    auto *function = Function::Create(FunctionType::get(result, parameters, false),
                                      GlobalValue::ExternalLinkage, prefix + "_" + name, module);
    builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "entry", function));
    return function;
  }

  Value *callRuntime(StringRef name, Type *result, ArrayRef<Value *> arguments) {
    std::vector<Type *> types;
    for (Value *argument : arguments)
      types.push_back(argument->getType());
    FunctionCallee callee = module.getOrInsertFunction(("fovea_rt_" + name).str(),
                                                       FunctionType::get(result, types, false));
    return builder.CreateCall(callee, arguments);
  }

  /// NAME_run(instance, inputs…, outputs…): the pointers become an array.
  void emitRun() {
    size_t ports = plan.inputs.size() + plan.outputs.size();
    Function *run = beginApi("run", int32, std::vector<Type *>(ports + 1, pointer));
    auto *type = ArrayType::get(pointer, ports);
    Value *array = builder.CreateAlloca(type);
    for (size_t i = 0; i < ports; ++i)
      builder.CreateStore(run->getArg(i + 1),
                          builder.CreateConstInBoundsGEP2_64(type, array, 0, i));
    builder.CreateRet(callRuntime("run", int32, {run->getArg(0), array}));
  }

  void emitApi() {
    Type *none = builder.getVoidTy();
    Function *create = beginApi("create", int32, {pointer, pointer, pointer});
    builder.CreateRet(callRuntime(
        "create", int32, {network, create->getArg(0), create->getArg(1), create->getArg(2)}));
    create = beginApi("create_from_memory", int32, {pointer, int64, pointer, pointer});
    builder.CreateRet(callRuntime(
        "create_from_memory", int32,
        {network, create->getArg(0), create->getArg(1), create->getArg(2), create->getArg(3)}));
    emitRun();
    Function *destroy = beginApi("destroy", none, {pointer});
    callRuntime("destroy", none, {destroy->getArg(0)});
    builder.CreateRetVoid();
    Function *error = beginApi("error", pointer, {int32});
    builder.CreateRet(callRuntime("error", pointer, {network, error->getArg(0)}));
    Function *profile = beginApi("profile", none, {pointer, pointer});
    callRuntime("profile", none, {profile->getArg(0), profile->getArg(1)});
    builder.CreateRetVoid();
    Function *name = beginApi("call_name", pointer, {int32});
    builder.CreateRet(callRuntime("call_name", pointer, {network, name->getArg(0)}));
  }

  const plan::Plan &plan;
  Module &module;
  IRBuilder<> builder;
  std::string prefix;
  Type *int32, *int64;
  PointerType *pointer;
  StructType *typeType, *dimensionType, *bufferType;
  StringMap<GlobalVariable *> texts;
  std::map<std::pair<std::vector<int64_t>, std::vector<int64_t>>, Constant *> shapes;
  GlobalVariable *network = nullptr;
};

} // namespace

/// The machine that the driver is generated for: any of this architecture, so no features.
static Expected<std::unique_ptr<TargetMachine>> driverMachine() {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  Triple triple(sys::getDefaultTargetTriple());
  std::string reason;
  const Target *target = TargetRegistry::lookupTarget(triple, reason);
  if (!target)
    return createStringError(reason);
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(
      triple, "", "", TargetOptions(), Reloc::PIC_, std::nullopt, CodeGenOptLevel::Less));
}

static Expected<std::unique_ptr<Module>> buildDriver(const plan::Plan &plan, LLVMContext &context,
                                                     TargetMachine &machine) {
  if (Error error = checkPlan(plan))
    return error;
  auto module = std::make_unique<Module>(plan.network, context);
  module->setTargetTriple(machine.getTargetTriple());
  module->setDataLayout(machine.createDataLayout());
  module->setPICLevel(PICLevel::BigPIC);
  DriverBuilder(plan, *module).build();
  std::string problems;
  raw_string_ostream os(problems);
  if (verifyModule(*module, &os))
    return createStringError("the generated driver is invalid: " + problems);
  return module;
}

Expected<std::string> driver::emitDriverIR(const plan::Plan &plan) {
  Expected<std::unique_ptr<TargetMachine>> machine = driverMachine();
  if (!machine)
    return machine.takeError();
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module = buildDriver(plan, context, **machine);
  if (!module)
    return module.takeError();
  std::string text;
  raw_string_ostream os(text);
  (*module)->print(os, nullptr);
  return text;
}

Expected<ObjectFile> driver::emitDriverObject(const plan::Plan &plan) {
  Expected<std::unique_ptr<TargetMachine>> machine = driverMachine();
  if (!machine)
    return machine.takeError();
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module = buildDriver(plan, context, **machine);
  if (!module)
    return module.takeError();
  SmallVector<char, 0> object;
  raw_svector_ostream os(object);
  legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, os, nullptr, CodeGenFileType::ObjectFile))
    return createStringError("this target emits no objects");
  passes.run(**module);
  return ObjectFile{symbolPrefix(plan) + "_driver.o", std::string(object.begin(), object.end())};
}

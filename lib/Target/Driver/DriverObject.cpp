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
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

#define FOVEA_TEXT_OF(name) #name
#define FOVEA_TEXT(name) FOVEA_TEXT_OF(name)

/// Defines const void *NAME(void), which returns `result`.
static void emitGetter(Module &module, const Twine &name, Value *result) {
  IRBuilder<> builder(module.getContext());
  auto *type = FunctionType::get(builder.getPtrTy(), false);
  auto *function = Function::Create(type, GlobalValue::ExternalLinkage, name, module);
  builder.SetInsertPoint(BasicBlock::Create(module.getContext(), "entry", function));
  if (auto *callee = dyn_cast<Function>(result))
    result = builder.CreateCall(callee);
  builder.CreateRet(result);
}

namespace {

/// Builds the module. Structures are those of HalideRuntime.h (halide_buffer_t, halide_dimension_t)
/// and fovea_rt.h.
class DriverBuilder {
public:
  DriverBuilder(const Network &network, Module &module)
      : network(network), module(module), builder(module.getContext()), prefix(network.prefix) {
    int32 = builder.getInt32Ty();
    int64 = builder.getInt64Ty();
    pointer = builder.getPtrTy();
    typeType = StructType::get(builder.getInt8Ty(), builder.getInt8Ty(), builder.getInt16Ty());
    dimensionType = StructType::get(int32, int32, int32, int32);
    bufferType = StructType::get(int64, pointer, pointer, int64, typeType, int32, pointer, pointer);
    portType = StructType::get(pointer, int32, int32, pointer, int64, int64);
  }

  void build() {
    std::map<int64_t, Constant *> ports;
    for (int64_t batch : network.batches())
      ports[batch] = emitPorts(batch);
    std::vector<Constant *> variants;
    for (const Variant &variant : network.variants)
      variants.push_back(emitVariant(variant, ports[variant.batch()]));
    GlobalVariable *description = emitData(emitNetwork(variants), prefix + "_description");
    emitGetter(module, prefix + "_network", description);
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

  /// Where a buffer in the CPU's memory begins, from the arguments of the call's function.
  Value *emitHost(Function *function, unsigned buffer) {
    MemoryPlace place = findMemory(*plan, buffer);
    Value *base = nullptr;
    switch (place.space) {
    case plan::MemorySpace::Arena:
    case plan::MemorySpace::Device:
      base = function->getArg(1);
      break;
    case plan::MemorySpace::Constant:
      base = function->getArg(2);
      break;
    case plan::MemorySpace::Input:
    case plan::MemorySpace::Output:
      base =
          builder.CreateLoad(pointer, builder.CreateConstInBoundsGEP1_64(
                                          pointer, function->getArg(3), portIndex(*plan, place)));
      break;
    }
    return builder.CreateConstInBoundsGEP1_64(builder.getInt8Ty(), base, place.offset);
  }

  /// A halide_buffer_t of memory of the CPU, of the device, or of both.
  Value *emitBuffer(const plan::Buffer &buffer, Value *host, Value *device = nullptr,
                    uint64_t flags = 0) {
    Value *memory = builder.CreateAlloca(bufferType);
    Constant *null = ConstantPointerNull::get(pointer);
    Value *fields[] = {device ? device : builder.getInt64(0),
                       device ? emitInterface() : null,
                       host ? host : null,
                       builder.getInt64(flags),
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
      arguments.push_back(
          plan->device.empty()
              ? emitBuffer(plan->buffers[buffer], emitHost(function, buffer))
              : emitBuffer(plan->buffers[buffer], nullptr, emitPart(function, buffer)));
    FunctionCallee kernel = importKernel(plan->kernels[call.kernel]);
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

  //===--------------------------------------------------------------------===//
  // Devices
  //===--------------------------------------------------------------------===//

  /// A function of Halide's device runtime, under the name it has in Fovea.
  FunctionCallee importDevice(const Twine &name, Type *result, ArrayRef<Type *> parameters) {
    return module.getOrInsertFunction(("fovea_halide_" + name).str(),
                                      FunctionType::get(result, parameters, false));
  }

  FunctionCallee importInterface() {
    return importDevice(plan->device + "_device_interface", pointer, {});
  }
  Value *emitInterface() { return builder.CreateCall(importInterface()); }

  /// The handle of a buffer on the device, from the array that the call gets for an arena.
  Value *emitPart(Function *function, unsigned buffer) {
    MemoryPlace place = findMemory(*plan, buffer);
    std::array<int64_t, 3> part = {place.offset, plan->buffers[buffer].bytes(),
                                   place.space == plan::MemorySpace::Constant};
    unsigned index = parts.try_emplace(part, parts.size()).first->second;
    return builder.CreateLoad(
        int64, builder.CreateConstInBoundsGEP1_64(int64, function->getArg(1), index));
  }

  /// Halide copies what is marked as changed on the other side.
  void emitDeviceCopy(const plan::Call &call, Function *function) {
    bool download = findMemory(*plan, call.buffers[0]).space == plan::MemorySpace::Device;
    unsigned onDevice = call.buffers[download ? 0 : 1], onHost = call.buffers[download ? 1 : 0];
    constexpr uint64_t hostDirty = 1, deviceDirty = 2;
    Value *buffer = emitBuffer(plan->buffers[onHost], emitHost(function, onHost),
                               emitPart(function, onDevice), download ? deviceDirty : hostDirty);
    SmallVector<Value *> arguments = {function->getArg(0), buffer};
    if (!download)
      arguments.push_back(emitInterface());
    SmallVector<Type *> types(arguments.size(), pointer);
    builder.CreateRet(builder.CreateCall(
        importDevice(download ? "copy_to_host" : "copy_to_device", int32, types), arguments));
  }

  /// The fovea_rt_device of the variant whose calls have been emitted; null where it needs none.
  Constant *emitDevice() {
    if (plan->device.empty())
      return ConstantPointerNull::get(pointer);
    std::vector<Constant *> list(parts.size());
    StructType *partType = StructType::get(int64, int64, int64);
    for (const auto &[part, index] : parts)
      list[index] =
          ConstantStruct::get(partType, {builder.getInt64(part[0]), builder.getInt64(part[1]),
                                         builder.getInt64(part[2])});
    auto import = [&](StringRef name, Type *result, ArrayRef<Type *> parameters) {
      FunctionType *type = FunctionType::get(result, parameters, false);
      return cast<Constant>(module.getOrInsertFunction(name, type).getCallee());
    };
    return emitData(
        ConstantStruct::getAnon(
            {import(FOVEA_TEXT(FOVEA_RT_DEVICE_CREATE), int32, {pointer, pointer}),
             import(FOVEA_TEXT(FOVEA_RT_DEVICE_DESTROY), builder.getVoidTy(), {pointer}),
             import(FOVEA_TEXT(FOVEA_RT_DEVICE_FINISH), int32, {pointer}),
             cast<Constant>(importInterface().getCallee()), builder.getInt64(plan->deviceBytes),
             builder.getInt64(list.size()), emitArray(partType, list, "parts")}),
        "device");
  }

  void emitCopy(const plan::Call &call, Function *function) {
    if (!plan->device.empty())
      return emitDeviceCopy(call, function);
    const plan::Buffer &from = plan->buffers[call.buffers[0]], &to = plan->buffers[call.buffers[1]];
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

  /// int call(worker, arena, weights, ports), named for profilers: lenet5_3_conv1, and where there
  /// are several variants lenet5_b4_x86_64_v3_3_conv1.
  Function *emitCall(const Variant &variant, const plan::Call &call) {
    std::string name = prefix + "_";
    if (network.variants.size() > 1)
      name += "b" + itostr(variant.batch()) + "_" + variant.target + "_";
    name += utostr(&call - plan->calls.data()) + "_" + call.name;
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
  // Variants and network
  //===--------------------------------------------------------------------===//

  /// The fovea_port of an input or output.
  Constant *emitPort(const plan::Plan &plan, const plan::Port &port, uint64_t alignment) {
    const plan::Buffer &buffer = plan.buffers[port.buffer];
    static_assert(int(plan::DType::F32) == FOVEA_F32 && int(plan::DType::Bool) == FOVEA_BOOL,
                  "elements of the API are numbered as those of a plan");
    return ConstantStruct::get(
        portType, {emitText(port.name), builder.getInt32(int(buffer.dtype)),
                   builder.getInt32(port.shape.size()), emitInt64s(port.shape, "shape"),
                   builder.getInt64(alignment), builder.getInt64(buffer.bytes())});
  }

  /// The ports of a batch size, aligned as each of its variants needs it.
  Constant *emitPorts(int64_t batch) {
    const plan::Plan &plan =
        *find_if(network.variants, [&](const Variant &v) { return v.batch() == batch; })->plan;
    std::vector<uint64_t> alignments = portAlignments(network, batch);
    std::vector<Constant *> ports;
    for (const auto *list : {&plan.inputs, &plan.outputs})
      for (const plan::Port &port : *list)
        ports.push_back(emitPort(plan, port, alignments[ports.size()]));
    return emitArray(portType, ports, "ports");
  }

  /// A fovea_rt_variant.
  Constant *emitVariant(const Variant &variant, Constant *ports) {
    plan = variant.plan;
    parts.clear();
    std::vector<Constant *> calls;
    std::vector<std::string> callNames;
    for (const plan::Call &call : plan->calls) {
      calls.push_back(emitCall(variant, call));
      callNames.push_back(call.name);
    }
    return ConstantStruct::getAnon(
        {builder.getInt32(variant.batch()), builder.getInt32(calls.size()),
         builder.getInt64(plan->arenaBytes), builder.getInt64(plan->scratchBytes),
         emitArray(pointer, calls, "calls"), emitTexts(callNames, "callNames"), ports,
         emitText(variant.target), emitTexts(plan->cpuFeatures, "features"),
         builder.getInt64(plan->cpuFeatures.size()), emitDevice()});
  }

  GlobalVariable *importData(const Twine &name) {
    return new GlobalVariable(module, builder.getInt8Ty(), /*isConstant=*/true,
                              GlobalValue::ExternalLinkage, nullptr, name);
  }

  /// The fovea_network.
  Constant *emitNetwork(ArrayRef<Constant *> variants) {
    std::vector<Constant *> batches;
    for (int64_t batch : network.batches())
      batches.push_back(builder.getInt32(batch));
    Constant *weights = network.embedsWeights ? cast<Constant>(importData(weightsSymbol(network)))
                                              : ConstantPointerNull::get(pointer);
    return ConstantStruct::getAnon(
        {importData(FOVEA_TEXT(FOVEA_RT_API)), emitText(network.first().network),
         builder.getInt32(network.first().inputs.size()),
         builder.getInt32(network.first().outputs.size()), builder.getInt32(batches.size()),
         builder.getInt32(variants.size()), emitArray(int32, batches, "batches"),
         emitArray(variants.front()->getType(), variants, "variants"),
         ConstantDataArray::get(module.getContext(), ArrayRef<uint8_t>(weightsHash(network))),
         builder.getInt64(weightDataBytes(network)), weights});
  }

  const Network &network;
  const plan::Plan *plan = nullptr; ///< Of the variant whose calls are emitted.
  Module &module;
  IRBuilder<> builder;
  std::string prefix;
  Type *int32, *int64;
  PointerType *pointer;
  StructType *typeType, *dimensionType, *bufferType, *portType;
  StringMap<GlobalVariable *> texts;
  std::map<std::pair<std::vector<int64_t>, std::vector<int64_t>>, Constant *> shapes;
  /// Of the variant: offset, bytes and whether it is a weight, numbered.
  std::map<std::array<int64_t, 3>, unsigned> parts;
};

} // namespace

/// The machine that the driver is generated for: any of the plan's architecture, so no features.
static Expected<std::unique_ptr<TargetMachine>> driverMachine(const plan::Plan &plan) {
  InitializeAllTargetInfos();
  InitializeAllTargets();
  InitializeAllTargetMCs();
  InitializeAllAsmPrinters();
  Triple triple = tripleOf(plan);
  std::string reason;
  const Target *target = TargetRegistry::lookupTarget(triple, reason);
  if (!target)
    return createStringError(reason);
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(
      triple, "", "", TargetOptions(), Reloc::PIC_, std::nullopt, CodeGenOptLevel::Less));
}

/// A module for that machine; `build` fills it.
static Expected<std::unique_ptr<Module>> buildModule(const plan::Plan &plan, LLVMContext &context,
                                                     TargetMachine &machine,
                                                     function_ref<void(Module &)> build) {
  auto module = std::make_unique<Module>(plan.network, context);
  module->setTargetTriple(machine.getTargetTriple());
  module->setDataLayout(machine.createDataLayout());
  module->setPICLevel(PICLevel::BigPIC);
  build(*module);
  std::string problems;
  raw_string_ostream os(problems);
  if (verifyModule(*module, &os))
    return createStringError("the generated driver is invalid: " + problems);
  return module;
}

/// Gives the module that `build` fills to `emit`.
static Error withModule(const Network &network, function_ref<void(Module &)> build,
                        function_ref<Error(Module &, TargetMachine &)> emit) {
  if (Error error = checkNetwork(network))
    return error;
  Expected<std::unique_ptr<TargetMachine>> machine = driverMachine(network.first());
  if (!machine)
    return machine.takeError();
  LLVMContext context;
  Expected<std::unique_ptr<Module>> module =
      buildModule(network.first(), context, **machine, build);
  return module ? emit(**module, **machine) : module.takeError();
}

static Expected<ObjectFile> emitObject(const Network &network, StringRef name,
                                       function_ref<void(Module &)> build) {
  SmallVector<char, 0> object;
  Error error = withModule(network, build, [&](Module &module, TargetMachine &machine) -> Error {
    raw_svector_ostream os(object);
    legacy::PassManager passes;
    if (machine.addPassesToEmitFile(passes, os, nullptr, CodeGenFileType::ObjectFile))
      return createStringError("this target emits no objects");
    passes.run(module);
    return Error::success();
  });
  if (error)
    return error;
  return ObjectFile{network.prefix + name.str(), std::string(object.begin(), object.end())};
}

Expected<std::string> driver::emitDriverIR(const Network &network) {
  std::string text;
  Error error = withModule(
      network, [&](Module &module) { DriverBuilder(network, module).build(); },
      [&](Module &module, TargetMachine &) {
        raw_string_ostream os(text);
        module.print(os, nullptr);
        return Error::success();
      });
  if (error)
    return error;
  return text;
}

Expected<ObjectFile> driver::emitDriverObject(const Network &network) {
  return emitObject(network, "_driver.o",
                    [&](Module &module) { DriverBuilder(network, module).build(); });
}

Expected<ObjectFile> driver::emitSharedEntry(const Network &network) {
  return emitObject(network, "_shared.o", [&](Module &module) {
    auto *type = FunctionType::get(PointerType::get(module.getContext(), 0), false);
    FunctionCallee callee = module.getOrInsertFunction(network.prefix + "_network", type);
    emitGetter(module, "fovea_shared_network", callee.getCallee());
  });
}

//===- Executable.cpp - A compiled network in this process ------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/Executable.h"
#include "lib/Target/Driver/runtime/fovea_rt.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Support/TargetSelect.h"
#include <chrono>

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

/// The run-time library's functions in the linked program.
namespace {
struct Runtime {
  decltype(&fovea_rt_create) create;
  decltype(&fovea_rt_create_from_memory) createFromMemory;
  decltype(&fovea_rt_destroy) destroy;
  decltype(&fovea_rt_run) run;
  decltype(&fovea_rt_profile) profile;
  decltype(&fovea_rt_threads) threads;
  decltype(&fovea_rt_error) error;
  const fovea_rt_network *network;
};
} // namespace

struct Executable::State {
  // The instance is destroyed before the code that it runs is unloaded.
  ~State() {
    if (instance)
      runtime.destroy(instance);
  }

  std::string problems; ///< What the linker reported; outlives it.
  std::unique_ptr<orc::LLJIT> jit;
  Runtime runtime = {};
  std::unique_ptr<MemoryBuffer> weights;
  fovea_rt_instance *instance = nullptr;
  std::vector<uint64_t> profile;
  size_t inputs = 0, outputs = 0;
  double linkMilliseconds = 0;
};

Executable::Executable(std::unique_ptr<State> state) : state(std::move(state)) {}
Executable::~Executable() = default;

static Expected<std::unique_ptr<orc::LLJIT>> createJit(std::string &problems) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  Expected<std::unique_ptr<orc::LLJIT>> jit =
      orc::LLJITBuilder()
          .setObjectLinkingLayerCreator([](orc::ExecutionSession &session) {
            return std::make_unique<orc::ObjectLinkingLayer>(session);
          })
          .setPlatformSetUp(orc::setUpInactivePlatform)
          .create();
  if (jit)
    (*jit)->getExecutionSession().setErrorReporter(
        [&problems](Error error) { problems += toString(std::move(error)) + "\n"; });
  return jit;
}

static Error addObjects(orc::LLJIT &jit, ArrayRef<ObjectFile> objects) {
  for (const ObjectFile &object : objects)
    if (Error error = jit.addObjectFile(MemoryBuffer::getMemBufferCopy(object.bytes, object.name)))
      return error;
  ObjectFile runtime = runtimeObject();
  return jit.addObjectFile(MemoryBuffer::getMemBufferCopy(runtime.bytes, runtime.name));
}

template <typename T> static Error lookUp(orc::LLJIT &jit, const Twine &name, T &result) {
  Expected<orc::ExecutorAddr> address = jit.lookup(name.str());
  if (!address)
    return address.takeError();
  result = address->toPtr<T>();
  return Error::success();
}

static Error lookUpRuntime(orc::LLJIT &jit, StringRef prefix, Runtime &runtime) {
  // The network first: looking it up links everything.
  if (Error error = lookUp(jit, prefix + "_network", runtime.network))
    return error;
  Error errors[] = {lookUp(jit, "fovea_rt_create", runtime.create),
                    lookUp(jit, "fovea_rt_create_from_memory", runtime.createFromMemory),
                    lookUp(jit, "fovea_rt_destroy", runtime.destroy),
                    lookUp(jit, "fovea_rt_run", runtime.run),
                    lookUp(jit, "fovea_rt_profile", runtime.profile),
                    lookUp(jit, "fovea_rt_threads", runtime.threads),
                    lookUp(jit, "fovea_rt_error", runtime.error)};
  Error all = Error::success();
  for (Error &error : errors)
    all = joinErrors(std::move(all), std::move(error));
  return all;
}

/// Links the objects and finds the run-time library; creates no instance.
Error Executable::link(State &state, const plan::Plan &plan, ArrayRef<ObjectFile> objects) {
  auto begin = std::chrono::steady_clock::now();
  Expected<std::unique_ptr<orc::LLJIT>> jit = createJit(state.problems);
  if (!jit)
    return jit.takeError();
  state.jit = std::move(*jit);
  auto libc = orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      state.jit->getDataLayout().getGlobalPrefix());
  if (!libc)
    return libc.takeError();
  state.jit->getMainJITDylib().addGenerator(std::move(*libc));
  if (Error error = addObjects(*state.jit, objects))
    return error;
  if (Error error = lookUpRuntime(*state.jit, symbolPrefix(plan), state.runtime)) {
    // What the session reported is the cause, what the lookup returns the effect.
    std::string effect = toString(std::move(error));
    return createStringError(
        plan.network + ": cannot link: " + (state.problems.empty() ? effect : state.problems));
  }
  state.inputs = plan.inputs.size();
  state.outputs = plan.outputs.size();
  state.profile.assign(plan.calls.size(), 0);
  std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
  state.linkMilliseconds = time.count();
  return Error::success();
}

Expected<std::unique_ptr<Executable>> Executable::load(const plan::Plan &plan,
                                                       ArrayRef<ObjectFile> objects,
                                                       std::unique_ptr<MemoryBuffer> weights,
                                                       int threads) {
  auto state = std::make_unique<State>();
  if (Error error = link(*state, plan, objects))
    return error;
  char message[512];
  fovea_rt_options options = {threads, message, sizeof message};
  state->weights = std::move(weights);
  StringRef image = state->weights ? state->weights->getBuffer() : StringRef();
  if (state->runtime.createFromMemory(state->runtime.network, image.data(), image.size(), &options,
                                      &state->instance))
    return createStringError(plan.network + ": " + message);
  return std::unique_ptr<Executable>(new Executable(std::move(state)));
}

Expected<std::unique_ptr<Executable>> Executable::loadFile(const plan::Plan &plan,
                                                           ArrayRef<ObjectFile> objects,
                                                           StringRef weightsPath, int threads) {
  auto state = std::make_unique<State>();
  if (Error error = link(*state, plan, objects))
    return error;
  char message[512];
  fovea_rt_options options = {threads, message, sizeof message};
  if (state->runtime.create(state->runtime.network, weightsPath.str().c_str(), &options,
                            &state->instance))
    return createStringError(plan.network + ": " + message);
  return std::unique_ptr<Executable>(new Executable(std::move(state)));
}

Error Executable::run(ArrayRef<const void *> inputs, ArrayRef<void *> outputs) {
  if (inputs.size() != state->inputs || outputs.size() != state->outputs)
    return createStringError("expected " + Twine(state->inputs) + " inputs and " +
                             Twine(state->outputs) + " outputs, got " + Twine(inputs.size()) +
                             " and " + Twine(outputs.size()));
  SmallVector<void *, 8> ports;
  for (const void *input : inputs)
    ports.push_back(const_cast<void *>(input));
  ports.append(outputs.begin(), outputs.end());
  if (int status = state->runtime.run(state->instance, ports.data()))
    return createStringError(Twine(state->runtime.error(state->runtime.network, status)) +
                             " (status " + Twine(status) + ")");
  return Error::success();
}

void Executable::startProfile() {
  state->profile.assign(state->profile.size(), 0);
  state->runtime.profile(state->instance, state->profile.data());
}

std::vector<uint64_t> Executable::takeProfile() {
  state->runtime.profile(state->instance, nullptr);
  return state->profile;
}

int Executable::threads() const { return state->runtime.threads(state->instance); }
double Executable::linkMilliseconds() const { return state->linkMilliseconds; }

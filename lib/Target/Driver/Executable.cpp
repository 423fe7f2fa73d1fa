//===- Executable.cpp - A compiled network in this process ------*- C++ -*-===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Target/Driver/Executable.h"
#include "lib/Target/Driver/PlanMemory.h"
#include "lib/Target/Driver/runtime/fovea.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include <chrono>

using namespace llvm;
using namespace fovea;
using namespace fovea::driver;

/// The functions of the linked program that are called from here.
namespace {
struct Api {
  decltype(&fovea_create) create;
  decltype(&fovea_destroy) destroy;
  decltype(&fovea_run) run;
  decltype(&fovea_profile) profile;
  decltype(&fovea_threads_of) threads;
  decltype(&fovea_error) error;
  const fovea_network *(*network)();
};
} // namespace

struct Executable::State {
  // The instance is destroyed before the code that it runs is unloaded.
  ~State() {
    if (instance)
      api.destroy(instance);
  }

  std::string problems; ///< What the linker reported; outlives it.
  std::unique_ptr<orc::LLJIT> jit;
  Api api = {};
  std::unique_ptr<MemoryBuffer> weights;
  fovea_instance *instance = nullptr;
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

static Error lookUpApi(orc::LLJIT &jit, StringRef prefix, Api &api) {
  // The network first: looking it up links everything.
  if (Error error = lookUp(jit, prefix + "_network", api.network))
    return error;
  Error errors[] = {lookUp(jit, "fovea_create", api.create),
                    lookUp(jit, "fovea_destroy", api.destroy),
                    lookUp(jit, "fovea_run", api.run),
                    lookUp(jit, "fovea_profile", api.profile),
                    lookUp(jit, "fovea_threads_of", api.threads),
                    lookUp(jit, "fovea_error", api.error)};
  Error all = Error::success();
  for (Error &error : errors)
    all = joinErrors(std::move(all), std::move(error));
  return all;
}

/// Links the objects and finds the API; creates no instance.
Error Executable::link(State &state, const plan::Plan &plan, ArrayRef<ObjectFile> objects) {
  Triple triple = tripleOf(plan);
  if (triple.getArch() != Triple(sys::getProcessTriple()).getArch())
    return createStringError(plan.network + ": compiled for " + triple.getArchName() +
                             ", which this machine cannot run");
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
  if (Error error = lookUpApi(*state.jit, symbolPrefix(plan.network), state.api)) {
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

/// Creates the instance with `options`, which say where the weights are.
static Error createInstance(const plan::Plan &plan, const Api &api, fovea_options options,
                            int threads, fovea_instance *&instance) {
  char message[512];
  options.threads = threads;
  options.message = message;
  options.message_bytes = sizeof message;
  if (api.create(api.network(), &options, &instance))
    return createStringError(plan.network + ": " + message);
  return Error::success();
}

Expected<std::unique_ptr<Executable>> Executable::load(const plan::Plan &plan,
                                                       ArrayRef<ObjectFile> objects,
                                                       std::unique_ptr<MemoryBuffer> weights,
                                                       int threads) {
  auto state = std::make_unique<State>();
  if (Error error = link(*state, plan, objects))
    return error;
  fovea_options options = fovea_default_options();
  state->weights = std::move(weights);
  if (state->weights) {
    options.weights = state->weights->getBufferStart();
    options.weights_bytes = state->weights->getBufferSize();
  }
  if (Error error = createInstance(plan, state->api, options, threads, state->instance))
    return error;
  return std::unique_ptr<Executable>(new Executable(std::move(state)));
}

Expected<std::unique_ptr<Executable>> Executable::loadFile(const plan::Plan &plan,
                                                           ArrayRef<ObjectFile> objects,
                                                           StringRef weightsPath, int threads) {
  auto state = std::make_unique<State>();
  if (Error error = link(*state, plan, objects))
    return error;
  std::string path = weightsPath.str();
  fovea_options options = fovea_default_options();
  options.weights_path = path.c_str();
  if (Error error = createInstance(plan, state->api, options, threads, state->instance))
    return error;
  return std::unique_ptr<Executable>(new Executable(std::move(state)));
}

Error Executable::run(ArrayRef<const void *> inputs, ArrayRef<void *> outputs) {
  if (inputs.size() != state->inputs || outputs.size() != state->outputs)
    return createStringError("expected " + Twine(state->inputs) + " inputs and " +
                             Twine(state->outputs) + " outputs, got " + Twine(inputs.size()) +
                             " and " + Twine(outputs.size()));
  if (int status = state->api.run(state->instance, inputs.data(), outputs.data()))
    return createStringError(Twine(state->api.error(status)) + " (status " + Twine(status) + ")");
  return Error::success();
}

void Executable::startProfile() {
  state->profile.assign(state->profile.size(), 0);
  state->api.profile(state->instance, state->profile.data());
}

std::vector<uint64_t> Executable::takeProfile() {
  state->api.profile(state->instance, nullptr);
  return state->profile;
}

int Executable::threads() const { return state->api.threads(state->instance); }
double Executable::linkMilliseconds() const { return state->linkMilliseconds; }

//===- MapToGpu.cpp - Schedules for the threads of a GPU ------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
//
// One thread computes one element of a kernel's result, with all its sums: correct everywhere, and
// a start. Neighbouring threads take neighbouring pixels, which lie side by side in NCHW.
//
//===----------------------------------------------------------------------===//
#include "dialects/Sched/Transforms/Contracts.h"
#include "dialects/Sched/Transforms/Directives.h"
#include "dialects/Sched/Transforms/Passes.h"
#include "dialects/Sched/Transforms/Tiles.h"
#include "fovea/Machine/TargetModel.h"

namespace fovea::sched {
#define GEN_PASS_DEF_MAPTOGPU
#include "dialects/Sched/Transforms/Passes.h.inc"
} // namespace fovea::sched

using namespace mlir;
using namespace fovea;
using namespace fovea::sched;

/// Whether other sums read `stage`, be it through pointwise stages: they would repeat its own.
static bool isReadBySums(StageOp stage) {
  return llvm::any_of(stage->getUsers(), [](Operation *user) {
    auto reader = dyn_cast<StageOp>(user);
    return reader && (hasSums(reader) || reader.getKind() == StageKind::softmax ||
                      (!reader->use_empty() && isReadBySums(reader)));
  });
}

/// Blocks of threads along the pixels of a row, or along the channels where pixels stand alone.
static Directives mapLoops(Directives list, RankedTensorType type, int64_t threads) {
  LayoutAttr layout = layoutOf(type);
  int64_t pixels = type.getDimSize(3), blocks = ceilDiv(type.getDimSize(1), layout.getBlock());
  if (pixels > 1) {
    list.add("split", "x", "xo", "xi", std::min(threads, pixels), "guard_with_if");
    list.reorder({"oi", "xi", "xo", "y", "ob", "n"});
    list.add("fuse", "ob", "n", "planes");
    list.add("gpu_blocks", "xo", "y", "planes").add("gpu_threads", "xi");
  } else {
    list.add("split", "ob", "obo", "obi", std::min(threads, blocks), "guard_with_if");
    list.reorder({"oi", "x", "obi", "obo", "y", "n"});
    list.add("gpu_blocks", "obo", "y", "n").add("gpu_threads", "obi");
  }
  return list;
}

/// Stages without directives are computed where they are read, in registers of the thread.
static void mapStage(StageOp stage, int64_t threads) {
  Directives none(stage.getContext());
  if (!hasSums(stage))
    return;
  if (!isReadBySums(stage)) {
    stage.setUpdateAttr(none.get());
    return;
  }
  Directives root = Directives(none).add("compute_root");
  stage.setScheduleAttr(mapLoops(root, stage.type(), threads).get());
  stage.setUpdateAttr(mapLoops(none, stage.type(), threads).get());
}

/// Says which threads there are.
static std::string mapKernel(KernelOp kernel, int64_t threads) {
  for (StageOp stage : stagesOf(kernel))
    mapStage(stage, threads);
  RankedTensorType type = stagesOf(kernel).back().type();
  kernel.setScheduleAttr(mapLoops(Directives(kernel.getContext()), type, threads).get());
  return "a thread per element, blocks of up to " + std::to_string(threads) +
         (type.getDimSize(3) > 1 ? " pixels" : " channels");
}

namespace {
struct MapToGpu : fovea::sched::impl::MapToGpuBase<MapToGpu> {
  using MapToGpuBase::MapToGpuBase;
  void runOnOperation() override {
    FailureOr<TargetModel> model = findTarget(getOperation(), target);
    if (failed(model))
      return signalPassFailure();
    if (model->device.empty()) {
      getOperation().emitError("map-to-gpu: the target '") << target << "' is no GPU";
      return signalPassFailure();
    }
    auto write = [&](KernelOp kernel) { return mapKernel(kernel, model->workGroupThreads); };
    if (failed(scheduleKernels(getOperation(), getArgument(), write)))
      signalPassFailure();
  }
};
} // namespace

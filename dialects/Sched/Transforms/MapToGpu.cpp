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
#include "mlir/IR/Remarks.h"

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
  MLIRContext *context = stage.getContext();
  bool sums = hasSums(stage);
  if (!sums || !isReadBySums(stage)) {
    if (sums)
      stage.setUpdateAttr(Directives(context).get());
    return;
  }
  Directives pure = Directives(context).add("compute_root");
  stage.setScheduleAttr(mapLoops(pure, stage.type(), threads).get());
  stage.setUpdateAttr(mapLoops(Directives(context), stage.type(), threads).get());
}

namespace {
struct MapToGpu : fovea::sched::impl::MapToGpuBase<MapToGpu> {
  using MapToGpuBase::MapToGpuBase;
  void runOnOperation() override {
    llvm::Expected<TargetModel> model = TargetModel::byName(target);
    if (!model) {
      getOperation().emitError(toString(model.takeError()));
      return signalPassFailure();
    }
    if (model->device.empty()) {
      getOperation().emitError("map-to-gpu: the target '") << target << "' is no GPU";
      return signalPassFailure();
    }
    for (auto kernel : getOperation().getOps<KernelOp>()) {
      if (kernel.getSchedule())
        continue;
      if (failed(checkStages(kernel)))
        return signalPassFailure();
      map(kernel, model->workGroupThreads);
    }
  }

  void map(KernelOp kernel, int64_t threads) {
    for (StageOp stage : stagesOf(kernel))
      mapStage(stage, threads);
    RankedTensorType type = stagesOf(kernel).back().type();
    kernel.setScheduleAttr(mapLoops(Directives(kernel.getContext()), type, threads).get());
    remark::passed(kernel.getLoc(),
                   remark::RemarkOpts::name(kernel.getName()).category(getArgument()))
        << "a thread per element, blocks of up to " + std::to_string(threads) +
               (type.getDimSize(3) > 1 ? " pixels" : " channels");
  }
};
} // namespace

#ifndef FOVEA_CNN_PASSES
#define FOVEA_CNN_PASSES

include "mlir/Pass/PassBase.td"

#endif

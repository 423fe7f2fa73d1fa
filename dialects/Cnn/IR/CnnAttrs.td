#ifndef FOVEA_CNN_ATTRS
#define FOVEA_CNN_ATTRS

include "dialects/Cnn/IR/CnnDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

#endif

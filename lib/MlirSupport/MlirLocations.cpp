//===- MlirLocations.cpp - Which layer and which line an op is from -------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Support/MlirLocations.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;

std::string fovea::FilePosition::str() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

Location fovea::layerLocation(MLIRContext *context, StringRef name,
                              ArrayRef<FilePosition> positions) {
  Location place = UnknownLoc::get(context);
  for (const FilePosition &position : llvm::reverse(positions)) {
    Location here = FileLineColLoc::get(context, position.file, position.line, position.column);
    place = isa<UnknownLoc>(place) ? here : Location(CallSiteLoc::get(here, place));
  }
  return NameLoc::get(StringAttr::get(context, name), place);
}

static StringRef nameInLocation(Location location) {
  if (auto named = dyn_cast<NameLoc>(location))
    return named.getName().getValue();
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (StringRef name = nameInLocation(part); !name.empty())
        return name;
  return {};
}

StringRef fovea::layerName(Operation *op) {
  if (auto name = op->getAttrOfType<StringAttr>("name"); name && !name.empty())
    return name.getValue();
  return nameInLocation(op->getLoc());
}

static void collectPositions(Location location, std::vector<fovea::FilePosition> &positions) {
  if (auto place = dyn_cast<FileLineColRange>(location)) {
    positions.push_back({place.getFilename().str(), place.getStartLine(), place.getStartColumn()});
  } else if (auto named = dyn_cast<NameLoc>(location)) {
    collectPositions(named.getChildLoc(), positions);
  } else if (auto site = dyn_cast<CallSiteLoc>(location)) {
    collectPositions(site.getCallee(), positions);
    collectPositions(site.getCaller(), positions);
  } else if (auto fused = dyn_cast<FusedLoc>(location)) {
    size_t before = positions.size();
    for (Location part : fused.getLocations())
      if (positions.size() == before)
        collectPositions(part, positions);
  }
}

std::vector<fovea::FilePosition> fovea::sourcePositions(Location location) {
  std::vector<FilePosition> positions;
  collectPositions(location, positions);
  return positions;
}

//===- CnnShapes.cpp - Shape inference of the cnn dialect -----------------===//

//===- CnnOps.cpp - The cnn dialect's ops ---------------------------------===//

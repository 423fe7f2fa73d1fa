//===- Topology.cpp - SCALE-Sim's topology files --------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "fovea/Sim/Topology.h"
#include "fovea/Support/TextErrors.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace fovea;
using namespace fovea::sim;

namespace {
/// Cells of a line, without blanks around them and without empty ones at its end.
using Cells = llvm::SmallVector<llvm::StringRef, 12>;

class TopologyReader {
public:
  TopologyReader(llvm::StringRef text, llvm::StringRef fileName) : errors(fileName, text) {}
  llvm::Expected<Topology> read();

private:
  bool readHeading(const Cells &cells);
  void readLayer(const Cells &cells);
  void readMatrixProduct(const Cells &cells, TopologyLayer &layer);
  void readConvolution(const Cells &cells, TopologyLayer &layer);
  int64_t number(const Cells &cells, size_t column);
  void readSparsity(const Cells &cells, size_t column);
  void checkSize(const TopologyLayer &layer, llvm::StringRef where);

  TextErrors errors;
  Topology topology;
  bool isMatrixProduct = false;
  std::optional<size_t> repeatColumn;
  size_t columns = 0;
  uint64_t macs = 0;
};
} // namespace

static Cells cellsOf(llvm::StringRef line) {
  Cells cells;
  for (llvm::StringRef cell : llvm::split(line, ','))
    cells.push_back(cell.trim());
  while (!cells.empty() && cells.back().empty())
    cells.pop_back();
  return cells;
}

bool TopologyReader::readHeading(const Cells &cells) {
  auto headed = [&](size_t column, llvm::StringRef name) {
    return column < cells.size() && cells[column].equals_insensitive(name);
  };
  isMatrixProduct = headed(1, "M") && headed(2, "N") && headed(3, "K");
  columns = isMatrixProduct ? 4 : 8;
  for (size_t column = columns; column < cells.size(); ++column)
    if (headed(column, "repeat"))
      repeatColumn = column;
  uint64_t value;
  if (cells.size() > 1 && !cells[1].getAsInteger(10, value))
    errors.add(cells[1], "expected a line that names the columns, found a layer");
  else if (cells.size() < columns)
    errors.add(cells[0], llvm::formatv("expected the names of 8 columns, or of layer, M, N and K; "
                                       "found {0}",
                                       cells.size()));
  return errors.empty();
}

/// A positive number; 1 after an error.
int64_t TopologyReader::number(const Cells &cells, size_t column) {
  constexpr int64_t greatest = 1 << 24;
  llvm::StringRef cell = cells[column];
  int64_t value;
  if (!cell.empty() && llvm::all_of(cell, llvm::isDigit) && !cell.getAsInteger(10, value) &&
      value >= 1 && value <= greatest)
    return value;
  errors.add(cell,
             llvm::formatv("expected a number from 1 to {0}, found {1}", greatest, quoted(cell)));
  return 1;
}

void TopologyReader::readSparsity(const Cells &cells, size_t column) {
  if (column < cells.size() && column != repeatColumn && cells[column] != "1:1")
    errors.add(cells[column], "expected the sparsity 1:1, the only one that there is here, found " +
                                  quoted(cells[column]));
}

void TopologyReader::readMatrixProduct(const Cells &cells, TopologyLayer &layer) {
  layer.height = number(cells, 1);
  layer.filters = number(cells, 2);
  layer.channels = number(cells, 3);
  readSparsity(cells, 4);
}

void TopologyReader::readConvolution(const Cells &cells, TopologyLayer &layer) {
  layer.height = number(cells, 1);
  layer.width = number(cells, 2);
  layer.kernelHeight = number(cells, 3);
  layer.kernelWidth = number(cells, 4);
  layer.channels = number(cells, 5);
  layer.filters = number(cells, 6);
  layer.strideDown = layer.strideAcross = number(cells, 7);
  bool hasStrideAcross = cells.size() > 8 && repeatColumn != 8 && !cells[8].contains(':');
  if (hasStrideAcross)
    layer.strideAcross = number(cells, 8);
  readSparsity(cells, 8 + hasStrideAcross);
  if (layer.name.find("DP") != std::string::npos)
    layer.repeat = std::exchange(layer.channels, 1);
  if (!errors.empty())
    return;
  if (layer.kernelHeight > layer.height)
    errors.add(cells[3],
               llvm::formatv("a kernel of {0} rows on {1}", layer.kernelHeight, layer.height));
  if (layer.kernelWidth > layer.width)
    errors.add(cells[4],
               llvm::formatv("a kernel of {0} columns on {1}", layer.kernelWidth, layer.width));
}

static uint64_t saturatingProduct(std::initializer_list<int64_t> factors) {
  uint64_t product = 1;
  for (int64_t factor : factors)
    product = llvm::SaturatingMultiply(product, uint64_t(factor));
  return product;
}

void TopologyReader::checkSize(const TopologyLayer &layer, llvm::StringRef where) {
  constexpr uint64_t mostMacs = uint64_t(1) << 48, longest = uint64_t(1) << 31,
                     largest = uint64_t(1) << 40;
  if (saturatingProduct({layer.height, layer.width, layer.channels}) > largest)
    return errors.add(where, "an input of more than 2^40 elements");
  uint64_t pixels = saturatingProduct({layer.outHeight(), layer.outWidth()});
  uint64_t window = saturatingProduct({layer.kernelHeight, layer.kernelWidth, layer.channels});
  if (pixels > longest || window > longest)
    return errors.add(where, "more than 2^31 pixels, or elements of a window");
  macs = llvm::SaturatingAdd(
      macs, saturatingProduct({int64_t(pixels), int64_t(window), layer.filters, layer.repeat}));
  if (macs > mostMacs)
    errors.add(where, "the network has more than 2^48 multiply-accumulates");
}

void TopologyReader::readLayer(const Cells &cells) {
  if (cells.size() < columns)
    return errors.add(cells[0],
                      llvm::formatv("expected {0} values, found {1}", columns, cells.size()));
  TopologyLayer layer;
  layer.name = cells[0].str();
  layer.location = errors.placeOf(cells[0]);
  if (isMatrixProduct)
    readMatrixProduct(cells, layer);
  else
    readConvolution(cells, layer);
  if (repeatColumn && *repeatColumn < cells.size())
    layer.repeat *= number(cells, *repeatColumn);
  if (errors.empty())
    checkSize(layer, cells[0]);
  topology.push_back(std::move(layer));
}

llvm::Expected<Topology> TopologyReader::read() {
  bool hasHeading = false;
  for (llvm::StringRef line : llvm::split(errors.text(), '\n')) {
    Cells cells = cellsOf(line);
    if (cells.empty())
      continue;
    if (hasHeading)
      readLayer(cells);
    else if (!readHeading(cells))
      return errors.take();
    hasHeading = true;
  }
  if (topology.empty() && errors.empty())
    errors.add(errors.text(), "there are no layers");
  if (!errors.empty())
    return errors.take();
  return std::move(topology);
}

llvm::Expected<Topology> sim::parseTopology(llvm::StringRef text, llvm::StringRef fileName) {
  return TopologyReader(text, fileName).read();
}

llvm::Expected<Topology> sim::readTopology(llvm::StringRef path) {
  llvm::Expected<std::string> text = readText(path);
  if (!text)
    return text.takeError();
  return parseTopology(*text, path);
}

//===- Summary.cpp - What outputs hold, in short --------------------------===//
// Part of Fovea, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//===----------------------------------------------------------------------===//
#include "Summary.h"
#include "fovea/Support/Json.h"
#include "llvm/Support/Format.h"
#include <numeric>

using namespace fovea;

/// What a class is called; its number where it has no name.
static std::string nameOf(int64_t index, llvm::ArrayRef<std::string> classes) {
  return index < int64_t(classes.size()) ? classes[index] : std::to_string(index);
}

/// The indices of the greatest values, the greatest first.
static std::vector<int64_t> greatest(llvm::ArrayRef<float> values, int top) {
  std::vector<int64_t> order(values.size());
  std::iota(order.begin(), order.end(), 0);
  size_t shown = std::min<size_t>(top, order.size());
  std::partial_sort(order.begin(), order.begin() + shown, order.end(), [&](int64_t a, int64_t b) {
    return values[a] > values[b] || (values[a] == values[b] && a < b);
  });
  order.resize(shown);
  return order;
}

namespace {
struct Range {
  explicit Range(llvm::ArrayRef<float> values)
      : least(*std::min_element(values.begin(), values.end())),
        greatest(*std::max_element(values.begin(), values.end())),
        mean(std::accumulate(values.begin(), values.end(), 0.0) / double(values.size())) {}
  double least, greatest, mean;
};
} // namespace

static bool isVector(const Tensor &tensor) { return tensor.shape().size() <= 2; }

void fovea::printSummary(const NetworkPort &port, const Tensor &tensor, int top,
                         llvm::ArrayRef<std::string> classes) {
  llvm::ArrayRef<float> values = tensor.floats();
  llvm::outs() << port.name << ' ' << tensor.typeName() << ':';
  if (isVector(tensor)) {
    bool named = classes.size() == values.size();
    for (auto [i, index] : llvm::enumerate(greatest(values, top)))
      llvm::outs() << (i ? ", " : " ")
                   << nameOf(index, named ? classes : llvm::ArrayRef<std::string>()) << " ("
                   << llvm::format("%.4g", double(values[index])) << ')';
  } else {
    Range range(values);
    llvm::outs() << llvm::format(" from %.4g to %.4g, mean %.4g", range.least, range.greatest,
                                 range.mean);
  }
  llvm::outs() << '\n';
}

llvm::json::Object fovea::summarise(const NetworkPort &port, const Tensor &tensor, int top,
                                    llvm::ArrayRef<std::string> classes) {
  llvm::ArrayRef<float> values = tensor.floats();
  llvm::json::Object object{{"name", port.name}, {"shape", llvm::json::Array(tensor.shape())}};
  if (!isVector(tensor)) {
    Range range(values);
    object["from"] = finiteOrNull(range.least);
    object["to"] = finiteOrNull(range.greatest);
    object["mean"] = finiteOrNull(range.mean);
    return object;
  }
  llvm::json::Array list;
  for (int64_t index : greatest(values, top)) {
    llvm::json::Object one{{"index", index}, {"value", finiteOrNull(values[index])}};
    if (classes.size() == values.size())
      one["name"] = classes[index];
    list.push_back(std::move(one));
  }
  object["greatest"] = std::move(list);
  return object;
}

int64_t fovea::prediction(llvm::ArrayRef<Tensor> outputs) {
  llvm::ArrayRef<float> values = outputs[0].floats();
  return std::max_element(values.begin(), values.end()) - values.begin();
}

/// A picture in characters, two rows of pixels to a line of text; dark is low.
static void draw(const Tensor &image) {
  llvm::ArrayRef<int64_t> shape = image.shape();
  if (shape.size() != 4)
    return;
  llvm::ArrayRef<float> values = image.floats();
  float greatest = *std::max_element(values.begin(), values.end());
  constexpr llvm::StringLiteral shades = " .:-=+*#%@";
  for (int64_t y = 0; y + 1 < shape[2]; y += 2) {
    std::string line;
    for (int64_t x = 0; x < shape[3]; ++x) {
      float value = (values[y * shape[3] + x] + values[(y + 1) * shape[3] + x]) / 2;
      float shade = greatest > 0 && value > 0 ? value / greatest : 0;
      line += shades[std::min<size_t>(shade * shades.size(), shades.size() - 1)];
    }
    llvm::outs() << "  " << llvm::StringRef(line).rtrim() << '\n';
  }
}

void fovea::drawSample(llvm::ArrayRef<Tensor> inputs, llvm::ArrayRef<Tensor> outputs,
                       std::optional<int64_t> label, llvm::ArrayRef<std::string> classes) {
  draw(inputs[0]);
  llvm::outs() << "  predicted " << nameOf(prediction(outputs), classes);
  if (label)
    llvm::outs() << ", labelled " << nameOf(*label, classes);
  llvm::outs() << '\n';
}

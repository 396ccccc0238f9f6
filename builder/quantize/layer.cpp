// SPDX-License-Identifier: MIT
#include "quantize/layer.h"

namespace bitdown::builder {
namespace {

std::vector<float> or_else(const std::vector<float>& values, std::size_t count, float otherwise) {
  return values.empty() ? std::vector<float>(count, otherwise) : values;
}

}  // namespace

Layer read_layer(const Node& node) {
  Layer layer;
  const auto* convolution = std::get_if<Convolution>(&node.op);
  const DenseMatrix& dense = std::get<DenseMatrix>(
      convolution != nullptr ? convolution->weights : std::get<Linear>(node.op).weights);
  layer.weights.rows = dense.rows;
  layer.weights.columns = dense.columns;
  layer.weights.values = dense.values;
  layer.scalable = convolution != nullptr;
  layer.scale =
      or_else(convolution != nullptr ? convolution->scale : std::vector<float>(), dense.rows, 1);
  layer.shift = or_else(
      convolution != nullptr ? convolution->shift : std::get<Linear>(node.op).bias, dense.rows, 0);
  return layer;
}

void write_layer(const CodedLayer& coded, Node& node) {
  if (auto* convolution = std::get_if<Convolution>(&node.op)) {
    convolution->weights = coded.weights;
    convolution->scale = coded.scale;
    convolution->shift = coded.shift;
  } else {
    auto& linear = std::get<Linear>(node.op);
    linear.weights = coded.weights;
    linear.bias = coded.shift;
  }
}

}  // namespace bitdown::builder

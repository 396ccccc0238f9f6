// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "quantize/matrix.h"

namespace bitdown::builder {

/// A layer with weights as a matrix product, y = scale (W x + 0) + shift per output channel, where
/// x is one column of im2col: rows = outputs, columns = input channels x kernel x kernel.
struct Layer {
  Matrix weights;
  std::vector<float> scale;  ///< Ones when the layer has none.
  std::vector<float> shift;  ///< Or bias; zeros when the layer has none.
  bool scalable = false;     ///< Whether it has a scale that can take up a factor per channel.
};

/// Of a convolution or linear layer with dense weights.
Layer read_layer(const Node& node);

/// A layer as codes, to put into the network.
struct CodedLayer {
  CodedMatrix weights;
  std::vector<float> scale;  ///< Empty for a layer without.
  std::vector<float> shift;
};

/// Replaces the weights, scale and shift (or bias) of `node`.
void write_layer(const CodedLayer& coded, Node& node);

}  // namespace bitdown::builder

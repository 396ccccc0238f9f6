// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "graph/graph.h"

namespace bitdown::tests {

/// What distinguishes the compressed ResNets of the paper (its tables of block sizes).
struct ResnetLayersOptions {
  bool bottleneck = false;            ///< ResNet-50 instead of ResNet-18.
  std::uint32_t block_size_3x3 = 9;   ///< 18 for "large blocks".
  std::uint32_t block_size_1x1 = 4;   ///< 8 for "large blocks" of ResNet-50.
  std::uint32_t first_entries = 256;  ///< K of layer1.0.conv1, which has few vectors.
  std::uint32_t classifier_entries = 1024;
};

/// All layers of the network with weights, at their true shapes but not connected: each
/// convolution has a model input of its own, just as large as its kernel. All codes are 0.
builder::Graph resnet_layers(const ResnetLayersOptions& options);

}  // namespace bitdown::tests

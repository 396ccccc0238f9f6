// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "graph/graph.h"

namespace bitdown::tests {

struct TinyNetworkOptions {
  std::uint32_t seed = 1;
  std::uint32_t height = 32;  ///< Of the input; at least 8. Odd sizes exercise the tails.
  std::uint32_t width = 32;
  std::uint32_t entries = 256;             ///< K of the convolutions.
  std::uint32_t classifier_entries = 600;  ///< K of fc; above 256 its codes are split.
  bool dense = false;  ///< The same network with every layer's weights expanded.
};

/// A residual network in the shape of ResNet, without meaning but with activations of sensible
/// size: (3, height, width) -> dense 7x7 stem of stride 2, max pool, a basic block (3x3, d = 18 and
/// 9), a bottleneck block (1x1 d = 4, 3x3 stride 2 d = 18, 1x1 d = 8, downsample 1x1 stride 2
/// d = 4), global average pool, fc (d = 4, 37 classes), softmax; some channel counts are odd.
/// Outputs: "logits", "probabilities". The same options give the same numbers on every machine, and
/// all numbers are exact in fp16, so that both precisions of a blob hold the same network.
builder::Graph tiny_network(const TinyNetworkOptions& options = {});

/// A network of a blob below 6 KB for tests that try every byte: (3, 8, 8) -> dense 3x3 stem, max
/// pool, one coded 3x3 (d = 9, K = 16) with a residual, pool, fc (K = 300: split codes), softmax;
/// labels.
builder::Graph smallest_network(std::uint32_t seed = 1);

}  // namespace bitdown::tests

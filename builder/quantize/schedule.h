// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/graph.h"
#include "quantize/recipe.h"

namespace bitdown::builder {

/// What one layer becomes.
struct LayerPlan {
  std::size_t node = 0;
  std::uint32_t block_size = 0;
  std::uint32_t entries = 0;  ///< K.
};

/// The layers that are quantized, in the order of execution, which is the order in which they are
/// quantized: all with dense weights but the first convolution. Block sizes and K are those of "And
/// the Bit Goes Down": blocks of k^2 (small) or 2 k^2 (large) numbers for kernels k > 1; 4 for
/// 1x1, or 8 (large) in networks of bottleneck blocks, whose 1x1 convolutions feed convolutions; 4
/// for linear layers; a row of the kernel where k^2 numbers are too many. K is recipe.entries,
/// for linear layers 2048 or, in networks of bottleneck blocks, 1024; but at most the largest power
/// of two strictly below a quarter of the layer's blocks. A block size that does not divide the
/// columns is halved until it does, and a layer with fewer than eight blocks stays as it is.
/// recipe.layers has the last word. Throws Error(kInvalidData) when that names a layer that there
/// is not, a block size that does not divide the columns, or more codewords than blocks.
std::vector<LayerPlan> schedule(const Graph& graph, const Recipe& recipe);

/// The largest power of two strictly below a quarter of `blocks`, at least 1.
std::uint32_t largest_entries(std::uint64_t blocks);

}  // namespace bitdown::builder

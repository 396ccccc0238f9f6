// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "graph/graph.h"

namespace bitdown::builder {

/// Where a layer's im2col rows come from.
struct Window {
  std::uint32_t channels = 0;
  std::uint32_t height = 1;
  std::uint32_t width = 1;
  std::uint32_t kernel = 1;
  std::uint32_t stride = 1;
  std::uint32_t padding = 0;
  std::uint32_t out_height = 1;
  std::uint32_t out_width = 1;

  std::size_t columns() const { return std::size_t{channels} * kernel * kernel; }
  std::size_t positions() const { return std::size_t{out_height} * out_width; }
};

/// Of a convolution or linear layer.
Window window_of(const Graph& graph, const Node& node);

/// im2col of one output position (oy * out_width + ox): row[(c * kernel + ky) * kernel + kx] =
/// x[c][oy * stride - padding + ky][ox * stride - padding + kx], or 0 outside.
void gather_row(const Window& window, std::span<const float> x, std::size_t position, float* row);

}  // namespace bitdown::builder

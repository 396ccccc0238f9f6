// SPDX-License-Identifier: MIT
#include "quantize/positions.h"

namespace bitdown::builder {

Window window_of(const Graph& graph, const Node& node) {
  const std::vector<std::uint32_t>& in = graph.values[node.inputs[0]].shape;
  const std::vector<std::uint32_t>& out = graph.values[node.output].shape;
  Window window;
  window.channels = in[0];
  const auto* convolution = std::get_if<Convolution>(&node.op);
  if (convolution == nullptr) return window;
  window.height = in[1];
  window.width = in[2];
  window.kernel = convolution->kernel;
  window.stride = convolution->stride;
  window.padding = convolution->padding;
  window.out_height = out[1];
  window.out_width = out[2];
  return window;
}

void gather_row(const Window& window, std::span<const float> x, std::size_t position, float* row) {
  const std::size_t top = position / window.out_width * window.stride;
  const std::size_t left = position % window.out_width * window.stride;
  for (std::size_t c = 0; c < window.channels; ++c) {
    const float* plane = x.data() + c * window.height * window.width;
    for (std::size_t ky = 0; ky < window.kernel; ++ky) {
      // Unsigned: what lies above or left of the input is beyond its end.
      const std::size_t y = top + ky - window.padding;
      for (std::size_t kx = 0; kx < window.kernel; ++kx) {
        const std::size_t at = left + kx - window.padding;
        *row++ = y < window.height && at < window.width ? plane[y * window.width + at] : 0;
      }
    }
  }
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "importers/onnx/node_context.h"

namespace bitdown::builder::onnx {

/// A square window that slides over an image.
struct Window {
  std::uint32_t kernel = 1;
  std::uint32_t stride = 1;
  std::uint32_t padding = 0;
};

/// Reads auto_pad, dilations, pads and strides of a node with a kernel of `kernel` = (height,
/// width). Throws Error(kUnsupported) for windows that are not square, dilated or too large.
Window read_window(NodeContext& node, const std::vector<std::int64_t>& kernel);

/// (channels, rows, columns) after the window went over `image`.
Shape slide(const NodeContext& node, const Window& window, const Shape& image,
            std::uint32_t channels);

}  // namespace bitdown::builder::onnx

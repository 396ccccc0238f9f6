// SPDX-License-Identifier: MIT
#include "importers/onnx/window.h"

#include <algorithm>
#include <string>

#include "schema/check.h"

namespace bitdown::builder::onnx {
namespace {

/// The number that all of `numbers` are.
std::uint32_t only_number(const NodeContext& node, const char* what, std::size_t count,
                          const std::vector<std::int64_t>& numbers, std::int64_t least,
                          std::int64_t most) {
  if (numbers.size() != count) {
    node.refuse(std::string(what) + " of " + std::to_string(numbers.size()) + " numbers");
  }
  const std::int64_t first = numbers.front();
  if (std::count(numbers.begin(), numbers.end(), first) != static_cast<std::ptrdiff_t>(count)) {
    node.refuse(std::string(what) + " are not the same on all sides");
  }
  if (first < least || first > most) {
    node.refuse(std::string(what) + " of " + std::to_string(first) + ", which is not from " +
                std::to_string(least) + " to " + std::to_string(most));
  }
  return static_cast<std::uint32_t>(first);
}

}  // namespace

Window read_window(NodeContext& node, const std::vector<std::int64_t>& kernel) {
  Attributes& attributes = node.attributes();
  const std::string padding = attributes.text("auto_pad", "NOTSET");
  if (padding != "NOTSET" && padding != "VALID") node.refuse("auto_pad " + in_quotes(padding));
  only_number(node, "dilations", 2, attributes.integers("dilations", {1, 1}), 1, 1);
  Window window;
  window.kernel = only_number(node, "kernel_shape", 2, kernel, 1, schema::Limits::kKernel);
  window.stride = only_number(node, "strides", 2, attributes.integers("strides", {1, 1}), 1,
                              schema::Limits::kStride);
  window.padding = only_number(node, "pads", 4, attributes.integers("pads", {0, 0, 0, 0}), 0,
                               std::int64_t{window.kernel} - 1);
  return window;
}

Shape slide(const NodeContext& node, const Window& window, const Shape& image,
            std::uint32_t channels) {
  Shape result = {channels};
  for (const std::uint32_t side : {image[1], image[2]}) {
    const std::uint32_t padded = side + 2 * window.padding;
    if (padded < window.kernel) node.reject("its kernel is larger than the padded image");
    result.push_back((padded - window.kernel) / window.stride + 1);
  }
  return result;
}

}  // namespace bitdown::builder::onnx

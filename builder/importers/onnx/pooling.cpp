// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "importers/onnx/operators.h"
#include "importers/onnx/window.h"

namespace bitdown::builder::onnx {
namespace {

/// The mean of each channel, with or without dimensions of one left behind.
void pool_all(NodeContext& node) {
  const ValueId x = node.image(0);
  const std::uint32_t channels = node.network().shape(x)[0];
  node.write(node.network().add(GlobalAveragePool{}, x, {channels}));
}

}  // namespace

void convert_max_pool(NodeContext& node) {
  node.expect_inputs(1, 1);
  node.attributes().ignore("storage_order");  // Of the second output.
  const ValueId x = node.image(0);
  const Shape& image = node.network().shape(x);
  const Window window = read_window(node, node.attributes().integers("kernel_shape", {}));
  const Shape output = slide(node, window, image, image[0]);
  const auto leaves_rest = [&](std::uint32_t side) {
    return (side + 2 * window.padding - window.kernel) % window.stride != 0;
  };
  if (node.attributes().integer("ceil_mode", 0) != 0 &&
      (leaves_rest(image[1]) || leaves_rest(image[2]))) {
    node.refuse("ceil_mode");
  }
  const MaxPool pool{window.kernel, window.stride, window.padding};
  node.write(node.network().add(pool, x, output));
}

void convert_average_pool(NodeContext& node) {
  node.expect_inputs(1, 1);
  for (const char* name : {"ceil_mode", "count_include_pad", "strides", "dilations", "auto_pad"}) {
    node.attributes().ignore(name);  // There is one window, without padding.
  }
  const Shape& image = node.network().shape(node.image(0));
  const std::vector<std::int64_t> kernel = node.attributes().integers("kernel_shape", {});
  const std::vector<std::int64_t> padding = node.attributes().integers("pads", {});
  if (kernel != std::vector<std::int64_t>{image[1], image[2]} ||
      std::any_of(padding.begin(), padding.end(), [](std::int64_t side) { return side != 0; })) {
    node.refuse("does not take the mean of a whole image");
  }
  pool_all(node);
}

void convert_global_average_pool(NodeContext& node) {
  node.expect_inputs(1, 1);
  pool_all(node);
}

void convert_reduce_mean(NodeContext& node) {
  node.expect_inputs(1, 2);
  node.attributes().ignore("keepdims");
  node.attributes().ignore("noop_with_empty_axes");
  std::vector<std::int64_t> axes = node.attributes().integers("axes", {});
  if (node.has(1)) axes = node.integers(1);
  for (std::int64_t& axis : axes) axis += axis < 0 ? 4 : 0;
  std::sort(axes.begin(), axes.end());
  if (axes != std::vector<std::int64_t>{2, 3}) {
    node.refuse("does not take the mean of a whole image");
  }
  pool_all(node);
}

}  // namespace bitdown::builder::onnx

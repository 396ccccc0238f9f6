// SPDX-License-Identifier: MIT
#include <charconv>
#include <string>
#include <utility>

#include "importers/layers.h"
#include "importers/onnx/operators.h"
#include "importers/onnx/window.h"

namespace bitdown::builder::onnx {
namespace {

/// The number that an exporter rounded to `value`: 1e-5 for 1e-5f. The shortest decimal that rounds
/// to it is what people write into networks, and makes batch-norm what it is in the training code.
double unrounded(float value) {
  char text[32];
  const auto written = std::to_chars(text, text + sizeof text, value);
  double result = 0;
  std::from_chars(text, written.ptr, result);
  return result;
}

/// The convolution that writes the first input and may still be changed.
Convolution& convolution_before(NodeContext& node) {
  Convolution* convolution = node.network().open_convolution(node.value(0));
  if (convolution == nullptr || !node.is_only_user_of(0)) {
    node.refuse("does not follow a convolution that nothing else uses");
  }
  return *convolution;
}

void add_residual(NodeContext& node) {
  Network& network = node.network();
  const ValueId values[] = {node.image(0), node.image(1)};
  if (network.shape(values[0]) != network.shape(values[1])) {
    node.refuse("adds images of two shapes");
  }
  const auto takes = [&](int i) {
    return network.can_take_residual(values[i]) && node.is_only_user_of(i);
  };
  if (!takes(0) && !takes(1)) {
    node.refuse("neither input is a convolution that nothing else uses");
  }
  // Of two branches the longer one, whatever the order in the file.
  const bool second =
      takes(1) && (!takes(0) || network.depth(values[1]) > network.depth(values[0]));
  network.add_residual(values[second], values[!second]);
  node.write(values[second]);
}

void add_bias(NodeContext& node, int input, int bias) {
  const ValueId value = node.value(input);
  const std::uint32_t count = node.network().shape(value)[0];
  const std::vector<std::uint64_t> sides = node.dimensions(bias);
  Convolution* convolution = node.network().open_convolution(value);
  std::vector<float>* target = nullptr;
  if (convolution != nullptr) {
    // Numbers of one dimension would be a row's, not the channels'.
    const bool by_channel = sides.size() > 2 && sides.end()[-1] == 1 && sides.end()[-2] == 1;
    if (by_channel && convolution->scale.empty()) target = &convolution->shift;
  } else if (Linear* linear = node.network().linear(value)) {
    if (!sides.empty() && sides.back() == count) target = &linear->bias;
  }
  if (target == nullptr || !target->empty() || !node.is_only_user_of(input)) {
    node.refuse("adds a constant to what is no layer without bias");
  }
  *target = node.numbers(bias, count);
  node.write(value);
}

}  // namespace

void convert_conv(NodeContext& node) {
  node.expect_inputs(2, 3);
  const ValueId x = node.image(0);
  const Shape& image = node.network().shape(x);
  const std::vector<std::uint64_t> sides = node.dimensions(1);
  const std::int64_t groups = node.attributes().integer("group", 1);
  if (groups != 1) node.refuse(std::to_string(groups) + " groups");
  if (sides.size() != 4 || sides[0] == 0 || sides[1] != image[0]) {
    node.reject("its weights have shape " + shape_text(sides) + ", but its input " +
                std::to_string(image[0]) + " channels");
  }
  const std::vector<std::int64_t> kernel = {static_cast<std::int64_t>(sides[2]),
                                            static_cast<std::int64_t>(sides[3])};
  if (node.attributes().integers("kernel_shape", kernel) != kernel) {
    node.reject("its weights are not of its kernel_shape");
  }
  const Window window = read_window(node, kernel);
  const auto outputs = static_cast<std::uint32_t>(sides[0]);
  Convolution op;
  op.weights = DenseMatrix{outputs, image[0] * window.kernel * window.kernel, node.matrix(1)};
  if (node.has(2)) op.shift = node.numbers(2, outputs);
  op.kernel = window.kernel;
  op.stride = window.stride;
  op.padding = window.padding;
  Shape output = slide(node, window, image, outputs);
  node.write(node.network().add(std::move(op), x, std::move(output), node.layer_name(1)));
}

void convert_batch_normalization(NodeContext& node) {
  node.expect_inputs(5, 5);
  node.attributes().ignore("momentum");
  if (node.attributes().integer("training_mode", 0) != 0) {
    node.refuse("is in training mode; export the network in evaluation mode");
  }
  if (node.attributes().integer("spatial", 1) != 1) node.refuse("is not by channel");
  Convolution& convolution = convolution_before(node);
  const ValueId value = node.image(0);
  if (!convolution.scale.empty() || !node.network().can_take_residual(value)) {
    node.refuse("does not follow a convolution directly");
  }
  const std::uint32_t channels = node.network().shape(value)[0];
  BatchNorm norm;
  norm.gamma = node.exact_numbers(1, channels);
  norm.beta = node.exact_numbers(2, channels);
  norm.mean = node.exact_numbers(3, channels);
  norm.variance = node.exact_numbers(4, channels);
  norm.epsilon = unrounded(node.attributes().real("epsilon", 1e-5f));
  for (std::size_t c = 0; c < convolution.shift.size(); ++c) {
    norm.mean[c] -= static_cast<double>(convolution.shift[c]);
  }
  ChannelAffine affine = fold(norm, node.text());
  convolution.scale = std::move(affine.scale);
  convolution.shift = std::move(affine.shift);
  node.write(value);
}

void convert_relu(NodeContext& node) {
  node.expect_inputs(1, 1);
  convolution_before(node).relu = true;
  node.write(node.value(0));
}

void convert_add(NodeContext& node) {
  node.expect_inputs(2, 2);
  if (node.find_constant(0) != nullptr) return add_bias(node, 1, 0);
  if (node.find_constant(1) != nullptr) return add_bias(node, 0, 1);
  add_residual(node);
}

}  // namespace bitdown::builder::onnx

// SPDX-License-Identifier: MIT
#include <algorithm>
#include <string>

#include "importers/onnx/operators.h"

namespace bitdown::builder::onnx {
namespace {

/// (1, C, 1, 1) or (1, C) as a vector of C numbers.
void flatten(NodeContext& node) {
  Network& network = node.network();
  const ValueId x = node.value(0);
  if (!network.is_image(x)) return node.pass_on();
  const Shape& image = network.shape(x);
  if (image[1] != 1 || image[2] != 1) {
    node.refuse("flattens an image of " + std::to_string(image[1]) + " x " +
                std::to_string(image[2]) + "; only one of 1 x 1 can be flattened");
  }
  // The mean of one number; our operators keep images and vectors apart.
  node.write(network.add(GlobalAveragePool{}, x, {image[0]}));
}

}  // namespace

void convert_constant(NodeContext& node) {
  node.expect_inputs(0, 0);
  for (const char* name : {"value_float", "value_floats", "value_int", "value_ints"}) {
    node.attributes().ignore(name);  // For operators that are not ours.
  }
  if (const TensorProto* tensor = node.attributes().tensor("value")) node.write(*tensor);
}

void convert_dropout(NodeContext& node) {
  node.expect_inputs(1, 3);
  node.attributes().ignore("ratio");
  node.attributes().ignore("seed");
  if (node.has(2)) {
    const std::vector<std::int64_t> training = node.integers(2);
    if (std::count(training.begin(), training.end(), 0) != std::ssize(training)) {
      node.refuse("is in training mode; export the network in evaluation mode");
    }
  }
  node.pass_on();
}

void convert_flatten(NodeContext& node) {
  node.expect_inputs(1, 1);
  const std::int64_t axis = node.attributes().integer("axis", 1);
  if (axis != 1 && axis != -3) node.refuse("axis " + std::to_string(axis));
  flatten(node);
}

void convert_identity(NodeContext& node) {
  node.expect_inputs(1, 1);
  node.pass_on();
}

void convert_reshape(NodeContext& node) {
  node.expect_inputs(2, 2);
  const bool zero_copies = node.attributes().integer("allowzero", 0) == 0;
  if (node.find_constant(1) != nullptr) {
    const std::int64_t count = node.network().shape(node.value(0))[0];
    const std::vector<std::int64_t> sides = node.integers(1);
    const bool keeps = sides.size() == 2 &&
                       (sides[0] == 1 || sides[0] == -1 || (sides[0] == 0 && zero_copies)) &&
                       (sides[1] == count || (sides[1] == -1 && sides[0] != -1));
    if (!keeps) node.refuse("makes something else than one vector of " + std::to_string(count));
  }
  flatten(node);
}

void convert_softmax(NodeContext& node) {
  node.expect_inputs(1, 1);
  const std::int64_t axis = node.attributes().integer("axis", -1);
  if (axis != 1 && axis != -1) node.refuse("axis " + std::to_string(axis));
  const ValueId x = node.vector(0);
  node.write(node.network().add(Softmax{}, x, node.network().shape(x)));
}

}  // namespace bitdown::builder::onnx

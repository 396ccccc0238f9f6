// SPDX-License-Identifier: MIT
#include <string>
#include <utility>

#include "importers/onnx/operators.h"

namespace bitdown::builder::onnx {
namespace {

void add_linear(NodeContext& node, bool transposed) {
  const ValueId x = node.vector(0);
  const std::uint32_t inputs = node.network().shape(x)[0];
  const std::vector<std::uint64_t> sides = node.dimensions(1);
  if (sides.size() != 2 || sides[transposed ? 1 : 0] != inputs || sides[transposed ? 0 : 1] == 0) {
    node.reject("its weights have shape " + shape_text(sides) + ", but its input " +
                std::to_string(inputs) + " numbers");
  }
  const auto outputs = static_cast<std::uint32_t>(sides[transposed ? 0 : 1]);
  Linear linear;
  if (node.has(2)) linear.bias = node.numbers(2, outputs);
  DenseMatrix matrix{outputs, inputs, node.matrix(1)};
  if (!transposed) {
    const std::vector<float> columns = std::exchange(matrix.values, {});
    for (std::uint32_t o = 0; o < outputs; ++o) {
      for (std::uint32_t i = 0; i < inputs; ++i) {
        matrix.values.push_back(columns[std::size_t{i} * outputs + o]);
      }
    }
  }
  linear.weights = std::move(matrix);
  node.write(node.network().add(std::move(linear), x, {outputs}, node.layer_name(1)));
}

}  // namespace

void convert_gemm(NodeContext& node) {
  node.expect_inputs(2, 3);
  Attributes& attributes = node.attributes();
  if (attributes.real("alpha", 1) != 1 || attributes.real("beta", 1) != 1) {
    node.refuse("alpha or beta is not 1");
  }
  if (attributes.integer("transA", 0) != 0) node.refuse("transA");
  add_linear(node, attributes.integer("transB", 0) != 0);
}

void convert_mat_mul(NodeContext& node) {
  node.expect_inputs(2, 2);
  add_linear(node, false);
}

}  // namespace bitdown::builder::onnx

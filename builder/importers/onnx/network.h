// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace bitdown::builder::onnx {

using Shape = std::vector<std::uint32_t>;

/// A network of our operators that grows in the file's order, in which a convolution may still take
/// up what follows it. Values are (C, H, W) or (N).
class Network {
 public:
  explicit Network(Shape input);

  ValueId input() const { return 0; }
  const Shape& shape(ValueId value) const { return graph_.values[value].shape; }
  bool is_image(ValueId value) const { return shape(value).size() == 3; }

  /// Appends an operator. `name` is the layer's, or empty when the file has none.
  ValueId add(Operator op, ValueId input, Shape output, std::string name = {});

  /// The convolution or linear layer that writes `value`, or null. A convolution is not returned
  /// any more once it has its activation.
  Convolution* open_convolution(ValueId value);
  Linear* linear(ValueId value);

  /// Whether `value` is what an open convolution without residual writes, so that it may take one.
  bool can_take_residual(ValueId value) const;
  void add_residual(ValueId value, ValueId residual);

  /// The longest way from the input, in operators.
  std::size_t depth(ValueId value) const { return depths_[value]; }

  /// What leads to `output`, a vector, as a graph with outputs "logits" and "probabilities". When
  /// `output` are probabilities already, their input are the logits. The order and the names do not
  /// depend on the file's: before a node stands what leads to its first input, then what leads to
  /// its second; nodes without name are called "maxpool", "maxpool2" and so on, values as their
  /// nodes.
  Graph finish(ValueId output) &&;

 private:
  const Node& writer(ValueId value) const { return graph_.nodes[value - 1]; }
  Node& writer(ValueId value) { return graph_.nodes[value - 1]; }
  std::vector<ValueId> in_order(ValueId output) const;

  Graph graph_;  // Value 0 is the input, value i + 1 is written by node i.
  std::vector<std::size_t> depths_;
};

}  // namespace bitdown::builder::onnx

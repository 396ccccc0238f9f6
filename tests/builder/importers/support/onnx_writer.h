// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "importers/onnx/messages.h"

namespace bitdown::tests {

using builder::onnx::ModelProto;
using builder::onnx::NodeProto;
using builder::onnx::TensorProto;

/// Writes ONNX models node by node, legal or not.
class OnnxWriter {
 public:
  /// Input "x" of this shape (-1: symbolic), output "y".
  explicit OnnxWriter(const std::vector<std::int64_t>& input = {1, 3, 8, 8});

  /// Initializers, raw.
  TensorProto& floats(const std::string& name, const std::vector<std::int64_t>& shape,
                      const std::vector<float>& values);
  TensorProto& integers(const std::string& name, const std::vector<std::int64_t>& values);
  TensorProto& raw(const std::string& name, int type, const std::vector<std::int64_t>& shape,
                   const std::string& bytes);

  /// Appends a node of one output that is called like it.
  NodeProto& node(const std::string& type, const std::vector<std::string>& inputs,
                  const std::string& output);

  /// A convolution of initializer NAME.weight, which is written, and its output NAME.
  NodeProto& conv(const std::string& name, const std::string& input,
                  const std::vector<std::int64_t>& weights, std::int64_t stride = 1);
  /// Batch-norm by initializers NAME.weight and so on, which are written, and its output NAME.
  NodeProto& batch_norm(const std::string& name, const std::string& input, std::int64_t channels);
  /// GlobalAveragePool, Flatten and Gemm by fc.weight and fc.bias to "y".
  void classify(const std::string& input, std::int64_t channels, std::int64_t classes);

  ModelProto& model() { return model_; }
  std::string save() const { return model_.SerializeAsString(); }

 private:
  ModelProto model_;
};

using AttributeValue = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>>;
void set(NodeProto& node, const std::string& name, const AttributeValue& value);

/// Numbers that differ from each other and for every name.
std::vector<float> some_numbers(const std::string& name, std::size_t count);

/// Images of 8 x 8; stem, pooling, a residual block with projection, one without, classifier of 3
/// classes: as PyTorch exports it with batch-norms.
OnnxWriter residual_network(std::int64_t channels = 3);

}  // namespace bitdown::tests

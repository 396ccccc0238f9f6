// SPDX-License-Identifier: MIT
#include "builder/importers/support/onnx_writer.h"

#include <span>

namespace bitdown::tests {
namespace {

using builder::onnx::AttributeProto;

template <typename T>
std::string bytes_of(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t product(const std::vector<std::int64_t>& shape) {
  std::size_t count = 1;
  for (const std::int64_t side : shape) count *= static_cast<std::size_t>(side);
  return count;
}

/// Writes a value into an attribute.
struct Setter {
  AttributeProto& attribute;

  void operator()(std::int64_t value) {
    attribute.set_type(AttributeProto::INT);
    attribute.set_i(value);
  }
  void operator()(float value) {
    attribute.set_type(AttributeProto::FLOAT);
    attribute.set_f(value);
  }
  void operator()(const std::string& value) {
    attribute.set_type(AttributeProto::STRING);
    attribute.set_s(value);
  }
  void operator()(const std::vector<std::int64_t>& values) {
    attribute.set_type(AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
  }
};

}  // namespace

OnnxWriter::OnnxWriter(const std::vector<std::int64_t>& input) {
  model_.set_ir_version(7);
  model_.add_opset_import()->set_version(13);
  auto& graph = *model_.mutable_graph();
  graph.set_name("main_graph");
  auto& x = *graph.add_input();
  x.set_name("x");
  auto& type = *x.mutable_type()->mutable_tensor_type();
  type.set_elem_type(TensorProto::FLOAT);
  type.mutable_shape();
  for (const std::int64_t side : input) {
    auto& dim = *type.mutable_shape()->add_dim();
    if (side < 0) {
      dim.set_dim_param("batch");
    } else {
      dim.set_dim_value(side);
    }
  }
  graph.add_output()->set_name("y");
}

TensorProto& OnnxWriter::raw(const std::string& name, int type,
                             const std::vector<std::int64_t>& shape, const std::string& bytes) {
  TensorProto& tensor = *model_.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const std::int64_t side : shape) tensor.add_dims(side);
  tensor.set_raw_data(bytes);
  return tensor;
}

TensorProto& OnnxWriter::floats(const std::string& name, const std::vector<std::int64_t>& shape,
                                const std::vector<float>& values) {
  return raw(name, TensorProto::FLOAT, shape, bytes_of(values));
}

TensorProto& OnnxWriter::integers(const std::string& name,
                                  const std::vector<std::int64_t>& values) {
  return raw(name, TensorProto::INT64, {static_cast<std::int64_t>(values.size())},
             bytes_of(values));
}

NodeProto& OnnxWriter::node(const std::string& type, const std::vector<std::string>& inputs,
                            const std::string& output) {
  NodeProto& node = *model_.mutable_graph()->add_node();
  node.set_op_type(type);
  node.set_name(output);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

NodeProto& OnnxWriter::conv(const std::string& name, const std::string& input,
                            const std::vector<std::int64_t>& weights, std::int64_t stride) {
  floats(name + ".weight", weights, some_numbers(name, product(weights)));
  NodeProto& conv = node("Conv", {input, name + ".weight"}, name);
  set(conv, "strides", std::vector<std::int64_t>{stride, stride});
  set(conv, "pads", std::vector<std::int64_t>(4, (weights[2] - 1) / 2));
  set(conv, "kernel_shape", std::vector<std::int64_t>{weights[2], weights.back()});
  set(conv, "group", 1);
  set(conv, "dilations", std::vector<std::int64_t>{1, 1});
  return conv;
}

NodeProto& OnnxWriter::batch_norm(const std::string& name, const std::string& input,
                                  std::int64_t channels) {
  std::vector<std::string> inputs = {input};
  for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
    inputs.push_back(name + part);
    std::vector<float> numbers = some_numbers(inputs.back(), static_cast<std::size_t>(channels));
    if (std::string(part) == ".running_var") {
      for (float& number : numbers) number += 2;
    }
    floats(inputs.back(), {channels}, numbers);
  }
  NodeProto& norm = node("BatchNormalization", inputs, name);
  set(norm, "epsilon", 1e-5f);
  set(norm, "momentum", 0.9f);
  return norm;
}

void OnnxWriter::classify(const std::string& input, std::int64_t channels, std::int64_t classes) {
  node("GlobalAveragePool", {input}, "pooled");
  set(node("Flatten", {"pooled"}, "flat"), "axis", 1);
  floats("fc.weight", {classes, channels},
         some_numbers("fc", static_cast<std::size_t>(classes * channels)));
  floats("fc.bias", {classes}, some_numbers("fc.bias", static_cast<std::size_t>(classes)));
  NodeProto& gemm = node("Gemm", {"flat", "fc.weight", "fc.bias"}, "y");
  set(gemm, "transB", 1);
  set(gemm, "alpha", 1.0f);
  set(gemm, "beta", 1.0f);
}

void set(NodeProto& node, const std::string& name, const AttributeValue& value) {
  AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  std::visit(Setter{attribute}, value);
}

std::vector<float> some_numbers(const std::string& name, std::size_t count) {
  std::uint32_t state = 1;
  for (const char c : name) state = state * 31 + static_cast<unsigned char>(c);
  std::vector<float> numbers(count);
  for (float& number : numbers) {
    state = state * 1664525 + 1013904223;
    number = static_cast<float>(state >> 20) / 2048.0f - 1.0f;
  }
  return numbers;
}

OnnxWriter residual_network(std::int64_t channels) {
  OnnxWriter net({-1, channels, 8, 8});
  net.conv("conv1", "x", {8, channels, 3, 3});
  net.batch_norm("bn1", "conv1", 8);
  net.node("Relu", {"bn1"}, "relu");
  NodeProto& pool = net.node("MaxPool", {"relu"}, "pool");
  set(pool, "kernel_shape", std::vector<std::int64_t>{3, 3});
  set(pool, "strides", std::vector<std::int64_t>{2, 2});
  set(pool, "pads", std::vector<std::int64_t>{1, 1, 1, 1});
  net.conv("layer1.0.conv1", "pool", {16, 8, 3, 3}, 2);
  net.batch_norm("layer1.0.bn1", "layer1.0.conv1", 16);
  net.node("Relu", {"layer1.0.bn1"}, "relu1");
  net.conv("layer1.0.conv2", "relu1", {16, 16, 3, 3});
  net.batch_norm("layer1.0.bn2", "layer1.0.conv2", 16);
  net.conv("layer1.0.downsample.0", "pool", {16, 8, 1, 1}, 2);
  net.batch_norm("layer1.0.downsample.1", "layer1.0.downsample.0", 16);
  net.node("Add", {"layer1.0.bn2", "layer1.0.downsample.1"}, "add0");
  net.node("Relu", {"add0"}, "relu2");
  net.conv("layer1.1.conv1", "relu2", {16, 16, 3, 3});
  net.batch_norm("layer1.1.bn1", "layer1.1.conv1", 16);
  net.node("Relu", {"layer1.1.bn1"}, "relu3");
  net.conv("layer1.1.conv2", "relu3", {16, 16, 3, 3});
  net.batch_norm("layer1.1.bn2", "layer1.1.conv2", 16);
  net.node("Add", {"layer1.1.bn2", "relu2"}, "add1");
  net.node("Relu", {"add1"}, "relu4");
  net.classify("relu4", 16, 3);
  return net;
}

}  // namespace bitdown::tests

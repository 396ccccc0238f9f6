// SPDX-License-Identifier: MIT
#include "importers/onnx/onnx.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/graphs.h"
#include "builder/importers/support/onnx_writer.h"
#include "builder/importers/support/resnet_onnx.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"
#include "importers/importer.h"
#include "importers/sha256.h"
#include "writer/writer.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;
using bitdown::builder::onnx::import_onnx;

Graph import(const std::string& file) {
  return import_onnx(as_bytes(file), std::nullopt);
}

/// All of a network but where it comes from.
std::vector<std::byte> blob(Graph graph) {
  graph.provenance = {};
  return write_blob(graph, DensePrecision::kFloat32);
}

std::vector<std::string> node_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.name);
  return names;
}

const std::vector<std::string> kNames = {"conv1",
                                         "maxpool",
                                         "layer1.0.conv1",
                                         "layer1.0.downsample.0",
                                         "layer1.0.conv2",
                                         "layer1.1.conv1",
                                         "layer1.1.conv2",
                                         "avgpool",
                                         "fc",
                                         "softmax"};

/// Checks that `change` leaves the network as it is.
void check_same(const std::function<void(ModelProto&)>& change) {
  OnnxWriter net = residual_network();
  const std::vector<std::byte> expected = blob(import(net.save()));
  change(net.model());
  CHECK(blob(import(net.save())) == expected);
}

NodeProto& find(ModelProto& model, const std::string& name) {
  auto& nodes = *model.mutable_graph()->mutable_node();
  return *std::find_if(nodes.begin(), nodes.end(),
                       [&](const NodeProto& node) { return node.name() == name; });
}

/// A new node before all others, or before the one called `next`.
NodeProto& insert(ModelProto& model, const std::string& type, const std::string& output,
                  const std::string& next = "") {
  auto& nodes = *model.mutable_graph()->mutable_node();
  NodeProto& inserted = *nodes.Add();
  inserted.set_op_type(type);
  inserted.add_output(output);
  for (int i = nodes.size() - 1; i > 0; --i) {
    nodes.SwapElements(i, i - 1);
    if (!next.empty() && nodes[i].name() == next) break;
  }
  return inserted;
}

/// Makes `user` take what a new node in between makes of its input.
NodeProto& insert_before(ModelProto& model, const std::string& user, const std::string& type) {
  NodeProto& inserted = insert(model, type, "inserted", user);
  inserted.add_input(find(model, user).input(0));
  find(model, user).set_input(0, "inserted");
  return inserted;
}

}  // namespace

TEST_CASE("the same network from a checkpoint and from ONNX is the same blob") {
  for (const int depth : {18, 50}) {
    const FakeCheckpoint checkpoint = make_checkpoint({TinyDialect::kTorchvision, depth, 1000});
    const Graph graph = import_bytes(as_bytes(resnet_onnx(checkpoint, depth)), "net.onnx");
    const Graph expected = import_bytes(as_bytes(save_legacy(checkpoint)), "net.pth");
    CHECK(node_names(graph) == node_names(expected));
    CHECK(blob(graph) == blob(expected));
  }
}

TEST_CASE("batch-norm, additions and activations become parts of convolutions") {
  const std::string file = residual_network().save();
  const Graph graph = import(file);
  CHECK(node_names(graph) == kNames);
  CHECK(graph.values[graph.inputs[0]].shape == std::vector<std::uint32_t>{3, 8, 8});
  CHECK(graph.values[graph.outputs[0]].name == "logits");
  CHECK(graph.values[graph.outputs[1]].name == "probabilities");
  CHECK(graph.provenance.source_format == "onnx");
  CHECK(graph.provenance.source_sha256 == sha256(as_bytes(file)));
  const Node& joined = find_node(graph, "layer1.0.conv2");
  CHECK(joined.inputs == std::vector<ValueId>{find_node(graph, "layer1.0.conv1").output,
                                              find_node(graph, "layer1.0.downsample.0").output});
  CHECK(find_convolution(graph, "layer1.0.conv2").relu);
  CHECK_FALSE(find_convolution(graph, "layer1.0.downsample.0").relu);
  CHECK(find_node(graph, "layer1.1.conv2").inputs[1] == joined.output);
  CHECK(find_convolution(graph, "layer1.0.conv1").stride == 2);
  CHECK(find_convolution(graph, "layer1.0.conv1").padding == 1);
  CHECK(graph.values[joined.output].shape == std::vector<std::uint32_t>{16, 2, 2});

  const Convolution& conv = find_convolution(graph, "conv1");
  CHECK(std::get<DenseMatrix>(conv.weights).values == some_numbers("conv1", 8 * 27));
  const auto gamma = static_cast<double>(some_numbers("bn1.weight", 8)[3]);
  const auto variance = static_cast<double>(some_numbers("bn1.running_var", 8)[3] + 2);
  CHECK(conv.scale[3] == static_cast<float>(gamma / std::sqrt(variance + 1e-5)));
}

TEST_CASE("neither the order of branches nor that of operands matters") {
  check_same([](ModelProto& model) {
    find(model, "add0").mutable_input()->SwapElements(0, 1);
    find(model, "add1").mutable_input()->SwapElements(0, 1);
  });
  check_same([](ModelProto& model) {  // The projection before the main branch.
    auto& nodes = *model.mutable_graph()->mutable_node();
    for (int round = 0; round < 2; ++round) {
      for (int i = 10; i > 4; --i) nodes.SwapElements(i, i - 1);
    }
    REQUIRE(nodes[4].name() == "layer1.0.downsample.0");
  });
  check_same([](ModelProto& model) {  // Names of results are the exporter's business.
    for (NodeProto& node : *model.mutable_graph()->mutable_node()) node.clear_name();
  });
}

TEST_CASE("what changes no number leaves no trace") {
  check_same([](ModelProto& model) { insert_before(model, "relu1", "Identity"); });
  check_same([](ModelProto& model) { insert_before(model, "bn1", "Identity"); });
  check_same([](ModelProto& model) { set(insert_before(model, "y", "Dropout"), "ratio", 0.5f); });
  check_same([](ModelProto& model) { model.mutable_opset_import(0)->set_version(9); });
  check_same([](ModelProto& model) {  // Nodes that lead nowhere.
    NodeProto& dead = *model.mutable_graph()->add_node();
    dead.set_op_type("Loop");
    dead.add_input("relu4");
    dead.add_output("nothing");
  });
  check_same([](ModelProto& model) {  // As before IR version 4.
    for (const TensorProto& tensor : model.graph().initializer()) {
      model.mutable_graph()->add_input()->set_name(tensor.name());
    }
  });
}

TEST_CASE("weights may stand in constants and behind identities") {
  check_same([](ModelProto& model) {
    NodeProto& identity = insert(model, "Identity", "conv1.weight");
    identity.add_input("early");
    auto& attribute = *insert(model, "Constant", "early").add_attribute();
    attribute.set_name("value");
    attribute.set_type(::onnx::AttributeProto::TENSOR);
    *attribute.mutable_t() = model.graph().initializer(0);
    model.mutable_graph()->mutable_initializer(0)->set_name("unused");
  });
}

TEST_CASE("the mean of whole images has several names") {
  const auto pool_as = [](const std::string& type, auto change) {
    check_same([&](ModelProto& model) {
      NodeProto& pool = find(model, "pooled");
      pool.set_op_type(type);
      change(model, pool);
    });
  };
  pool_as("AveragePool", [](ModelProto&, NodeProto& pool) {
    set(pool, "kernel_shape", std::vector<std::int64_t>{2, 2});
    set(pool, "strides", std::vector<std::int64_t>{1, 1});
  });
  pool_as("ReduceMean", [](ModelProto&, NodeProto& pool) {
    set(pool, "axes", std::vector<std::int64_t>{-1, -2});
    set(pool, "keepdims", 0);
  });
  pool_as("ReduceMean", [](ModelProto& model, NodeProto& pool) {  // Since opset 18.
    TensorProto& axes = *model.mutable_graph()->add_initializer();
    axes.set_name("axes");
    axes.set_data_type(TensorProto::INT64);
    axes.add_dims(2);
    axes.add_int64_data(2);
    axes.add_int64_data(3);
    pool.add_input("axes");
  });
}

TEST_CASE("a vector may be reshaped to itself, whoever computes its shape") {
  const auto reshape_to = [](const std::vector<std::int64_t>& shape) {
    check_same([&](ModelProto& model) {
      NodeProto& flatten = find(model, "flat");
      flatten.set_op_type("Reshape");
      flatten.clear_attribute();
      flatten.add_input("shape");
      if (shape.empty()) {
        NodeProto& computed = *model.mutable_graph()->add_node();
        computed.set_op_type("Concat");
        computed.add_output("shape");
        return;
      }
      TensorProto& constant = *model.mutable_graph()->add_initializer();
      constant.set_name("shape");
      constant.set_data_type(TensorProto::INT64);
      constant.add_dims(static_cast<std::int64_t>(shape.size()));
      for (const std::int64_t side : shape) constant.add_int64_data(side);
    });
  };
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{1, 16}, {-1, 16}, {0, -1}, {1, -1}, {0, 16}, {}}) {
    reshape_to(shape);
  }
}

TEST_CASE("a linear layer is a Gemm of either kind or a MatMul with an Add") {
  const std::vector<float> rows = some_numbers("fc", 3 * 16);
  std::vector<float> columns;
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t o = 0; o < 3; ++o) columns.push_back(rows[o * 16 + i]);
  }
  const auto transpose = [&](ModelProto& model) {
    auto& initializers = *model.mutable_graph()->mutable_initializer();
    TensorProto& weights =
        *std::find_if(initializers.begin(), initializers.end(),
                      [](const TensorProto& tensor) { return tensor.name() == "fc.weight"; });
    weights.set_dims(0, 16);
    weights.set_dims(1, 3);
    weights.clear_raw_data();
    for (const float number : columns) weights.add_float_data(number);
    find(model, "y").clear_attribute();
  };
  check_same(transpose);
  check_same([&](ModelProto& model) {
    transpose(model);
    NodeProto& matmul = find(model, "y");
    matmul.set_op_type("MatMul");
    matmul.mutable_input()->RemoveLast();
    matmul.set_output(0, "product");
    NodeProto& add = *model.mutable_graph()->add_node();
    add.set_op_type("Add");
    add.add_input("fc.bias");
    add.add_input("product");
    add.add_output("y");
  });
}

TEST_CASE("probabilities are not computed twice") {
  check_same([](ModelProto& model) {
    find(model, "y").set_output(0, "logits");
    NodeProto& softmax = *model.mutable_graph()->add_node();
    softmax.set_op_type("Softmax");
    softmax.add_input("logits");
    softmax.add_output("y");
    set(softmax, "axis", 1);
  });
}

TEST_CASE("a convolution's bias is its shift, under batch-norm a part of the mean") {
  OnnxWriter net;
  net.conv("a", "x", {4, 3, 3, 3}).add_input("a.bias");
  net.floats("a.bias", {4}, {1, 2, 3, 4});
  net.node("Relu", {"a"}, "relu");
  net.conv("b", "relu", {4, 4, 1, 1}).add_input("a.bias");
  net.batch_norm("bn", "b", 4);
  net.conv("c", "bn", {4, 4, 1, 1});
  net.floats("c.bias", {1, 4, 1, 1}, {5, 6, 7, 8});
  net.node("Add", {"c", "c.bias"}, "biased");
  net.classify("biased", 4, 2);
  const Graph graph = import(net.save());
  CHECK(find_convolution(graph, "a").scale.empty());
  CHECK(find_convolution(graph, "a").shift == std::vector<float>{1, 2, 3, 4});
  CHECK(find_convolution(graph, "c").shift == std::vector<float>{5, 6, 7, 8});
  const Convolution& b = find_convolution(graph, "b");
  for (std::size_t c = 0; c < 4; ++c) {
    const float mean = some_numbers("bn.running_mean", 4)[c] - static_cast<float>(c + 1);
    const float expected = some_numbers("bn.bias", 4)[c] - mean * b.scale[c];
    CHECK(std::abs(b.shift[c] - expected) < 1e-5f);
  }
}

TEST_CASE("layers are named by their weights, by their nodes, or by their kind") {
  OnnxWriter net;
  net.conv("body", "x", {4, 3, 3, 3});
  net.floats("onnx::Conv_7", {4, 4, 1, 1}, some_numbers("w", 16));
  net.node("Conv", {"body", "onnx::Conv_7"}, "n").set_name("/head/Conv");
  net.floats("onnx::Conv_8", {4, 4, 1, 1}, some_numbers("v", 16));
  net.node("Conv", {"n", "onnx::Conv_8"}, "m").clear_name();
  net.floats("onnx::Conv_9", {4, 4, 1, 1}, some_numbers("u", 16));
  net.node("Conv", {"m", "onnx::Conv_9"}, "l").set_name("body");
  set(net.node("MaxPool", {"l"}, "k"), "kernel_shape", std::vector<std::int64_t>{1, 1});
  set(net.node("MaxPool", {"k"}, "j"), "kernel_shape", std::vector<std::int64_t>{1, 1});
  net.classify("j", 4, 2);
  CHECK(node_names(import(net.save())) == std::vector<std::string>{"body", "/head/Conv", "conv",
                                                                   "body2", "maxpool", "maxpool2",
                                                                   "avgpool", "fc", "softmax"});
}

TEST_CASE("grey images, other sizes and images of one pixel are fine") {
  OnnxWriter net({-1, 1, 5, 6});
  net.conv("conv1", "x", {4, 1, 3, 3}, 2);
  NodeProto& pool = net.node("MaxPool", {"conv1"}, "pool");
  set(pool, "kernel_shape", std::vector<std::int64_t>{3, 3});
  set(pool, "strides", std::vector<std::int64_t>{4, 4});
  set(pool, "ceil_mode", 1);
  net.conv("conv2", "pool", {6, 4, 1, 1});
  net.node("Flatten", {"conv2"}, "flat");
  net.floats("fc.weight", {2, 6}, some_numbers("fc", 12));
  set(net.node("Gemm", {"flat", "fc.weight"}, "y"), "transB", 1);
  const Graph graph = import(net.save());
  CHECK(graph.values[0].shape == std::vector<std::uint32_t>{1, 5, 6});
  CHECK(graph.values[1].shape == std::vector<std::uint32_t>{4, 3, 3});
  CHECK(graph.values[2].shape == std::vector<std::uint32_t>{4, 1, 1});
  CHECK(std::holds_alternative<GlobalAveragePool>(graph.nodes[3].op));
  CHECK(std::get<Linear>(find_node(graph, "fc").op).bias.empty());
  blob(graph);
}

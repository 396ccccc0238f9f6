// SPDX-License-Identifier: MIT
// ONNX files that are well-formed, but no network of ours.
#include <functional>
#include <limits>
#include <stdexcept>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/onnx_writer.h"
#include "doctest/doctest.h"
#include "importers/importer.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;
using bitdown::StatusCode;

using Numbers = std::vector<std::int64_t>;

Failure failure_of(const OnnxWriter& net) {
  return error_of([&] { import_bytes(as_bytes(net.save()), "net.onnx"); });
}

void check(const Failure& failure, StatusCode code, std::string_view part) {
  CAPTURE(failure.message);
  CHECK(failure.code == code);
  CHECK(failure.says(part));
  CHECK(failure.says("net.onnx: "));
}

void unsupported(const OnnxWriter& net, std::string_view part) {
  check(failure_of(net), StatusCode::kUnsupported, part);
}

void invalid(const OnnxWriter& net, std::string_view part) {
  check(failure_of(net), StatusCode::kInvalidData, part);
}

/// A network of one convolution that is changed.
OnnxWriter with_conv(const Numbers& weights, const std::function<void(NodeProto&)>& change) {
  OnnxWriter net;
  change(net.conv("conv1", "x", weights));
  net.classify("conv1", weights[0], 2);
  return net;
}

NodeProto& first_of(OnnxWriter& net, const std::string& type) {
  for (NodeProto& node : *net.model().mutable_graph()->mutable_node()) {
    if (node.op_type() == type) return node;
  }
  throw std::runtime_error("no " + type);
}

TensorProto& initializer(OnnxWriter& net, const std::string& name) {
  for (TensorProto& tensor : *net.model().mutable_graph()->mutable_initializer()) {
    if (tensor.name() == name) return tensor;
  }
  throw std::runtime_error("no " + name);
}

}  // namespace

TEST_CASE("operators that cannot be imported are named with their node") {
  OnnxWriter net;
  net.conv("conv1", "x", {4, 3, 3, 3});
  net.node("HardSwish", {"conv1"}, "act1");
  net.classify("act1", 4, 2);
  unsupported(net, "HardSwish 'act1': this operator cannot be imported");
  first_of(net, "HardSwish").set_op_type("a\nb");
  unsupported(net, "a?b 'act1'");
  first_of(net, "Conv").set_domain("com.microsoft");
  unsupported(net, "Conv 'conv1': an operator of 'com.microsoft'");
}

TEST_CASE("convolutions of other kinds are refused by name") {
  const auto refused = [](const Numbers& weights, auto change, std::string_view part) {
    unsupported(with_conv(weights, change), part);
  };
  const auto with = [](const char* name, auto value) {
    return [=](NodeProto& node) {
      node.clear_attribute();
      set(node, name, value);
    };
  };
  const Numbers plain = {4, 3, 3, 3};
  refused(plain, with("group", 3), "Conv 'conv1': 3 groups");
  refused(plain, with("dilations", Numbers{2, 2}), "dilations of 2");
  refused(plain, with("strides", Numbers{1, 2}), "strides are not the same on all sides");
  refused(plain, with("strides", Numbers{0, 0}), "strides of 0, which is not from 1 to 64");
  refused(plain, with("strides", Numbers{1}), "strides of 1 numbers");
  refused(plain, with("pads", Numbers{0, 0, 1, 1}), "pads are not the same");
  refused(plain, with("pads", Numbers{3, 3, 3, 3}), "pads of 3, which is not from 0 to 2");
  refused(plain, with("pads", Numbers{-1, -1, -1, -1}), "pads of -1");
  refused(plain, with("auto_pad", std::string("SAME_UPPER")), "auto_pad 'SAME_UPPER'");
  refused(plain, with("activation", 1), "attribute 'activation'");
  refused(
      {4, 3, 3, 1}, [](NodeProto&) {}, "kernel_shape are not the same");
  refused({4, 3, 65, 65}, with("group", 1), "kernel_shape of 65");
}

TEST_CASE("convolutions that make no sense are invalid") {
  const auto wrong = [](const Numbers& weights, auto change, std::string_view part) {
    invalid(with_conv(weights, change), part);
  };
  wrong(
      {4, 2, 3, 3}, [](NodeProto&) {}, "weights have shape (4, 2, 3, 3), but its input 3");
  wrong(
      {4, 3, 9}, [](NodeProto& node) { node.clear_attribute(); }, "weights have shape (4, 3, 9)");
  wrong(
      {0, 3, 3, 3}, [](NodeProto&) {}, "weights have shape (0, 3, 3, 3)");
  wrong(
      {4, 3, 9, 9}, [](NodeProto& node) { node.clear_attribute(); }, "larger than the padded");
  wrong(
      {4, 3, 3, 3}, [](NodeProto& node) { node.add_input("none"); },
      "no node before it writes its input 'none'");
  wrong(
      {4, 3, 3, 3}, [](NodeProto& node) { node.mutable_input()->RemoveLast(); }, "1 inputs");
  wrong(
      {4, 3, 3, 3},
      [](NodeProto& node) { node.mutable_attribute(0)->set_type(::onnx::AttributeProto::FLOAT); },
      "attribute strides is of another type");
  OnnxWriter biased = with_conv({4, 3, 3, 3}, [](NodeProto& node) { node.add_input("bias"); });
  biased.floats("bias", {3}, {1, 2, 3});
  invalid(biased, "'bias' has shape (3) instead of 4 numbers");
  OnnxWriter infinite = with_conv({1, 3, 1, 1}, [](NodeProto&) {});
  initializer(infinite, "conv1.weight").clear_raw_data();
  for (const float number : {1.0f, std::numeric_limits<float>::infinity(), 0.0f}) {
    initializer(infinite, "conv1.weight").add_float_data(number);
  }
  invalid(infinite, "'conv1.weight': element 1 is not finite");
}

TEST_CASE("what does not follow a convolution of its own cannot become part of it") {
  const auto after_stem = [](auto add_nodes) {
    OnnxWriter net;
    net.conv("conv1", "x", {4, 3, 3, 3});
    add_nodes(net);
    net.classify("last", 4, 2);
    return net;
  };
  const char* const kRelu = "Relu 'relu': does not follow a convolution that nothing else uses";
  const auto pool = [](OnnxWriter& net, const char* input, const char* output) {
    set(net.node("MaxPool", {input}, output), "kernel_shape", Numbers{1, 1});
  };
  unsupported(after_stem([&](OnnxWriter& net) {
                pool(net, "conv1", "pool");
                net.node("Relu", {"pool"}, "relu");
                net.node("Add", {"relu", "relu"}, "last");
              }),
              kRelu);
  unsupported(after_stem([&](OnnxWriter& net) {  // Its input has another user.
                net.node("Relu", {"conv1"}, "relu");
                net.conv("conv2", "relu", {4, 4, 1, 1});
                net.node("Add", {"conv2", "conv1"}, "last");
              }),
              kRelu);
  unsupported(after_stem([&](OnnxWriter& net) {  // The same behind an identity.
                net.node("Identity", {"conv1"}, "alias");
                net.node("Relu", {"alias"}, "relu");
                net.conv("conv2", "relu", {4, 4, 1, 1});
                net.node("Add", {"conv2", "conv1"}, "last");
              }),
              kRelu);
  unsupported(after_stem([&](OnnxWriter& net) {
                net.node("Relu", {"conv1"}, "relu");
                net.batch_norm("last", "relu", 4);
              }),
              "BatchNormalization 'last': does not follow a convolution");
  unsupported(after_stem([&](OnnxWriter& net) {
                net.batch_norm("bn", "conv1", 4);
                net.batch_norm("last", "bn", 4);
              }),
              "BatchNormalization 'last': does not follow a convolution directly");
  unsupported(after_stem([&](OnnxWriter& net) {
                net.node("Add", {"conv1", "conv1"}, "last");
              }),
              "Add 'last': neither input is a convolution that nothing else uses");
  unsupported(after_stem([&](OnnxWriter& net) {
                net.conv("conv2", "conv1", {5, 4, 1, 1});
                net.node("Add", {"conv2", "conv1"}, "last");
              }),
              "Add 'last': adds images of two shapes");
  unsupported(after_stem([&](OnnxWriter& net) {
                net.floats("row", {8}, std::vector<float>(8, 1));
                net.node("Add", {"conv1", "row"}, "last");
              }),
              "Add 'last': adds a constant to what is no layer without bias");
}

TEST_CASE("batch-norm must be of evaluation, and a number") {
  const auto with = [](auto change) {
    OnnxWriter net = residual_network();
    change(net);
    return net;
  };
  unsupported(
      with([](OnnxWriter& net) { set(first_of(net, "BatchNormalization"), "training_mode", 1); }),
      "BatchNormalization 'bn1': is in training mode");
  unsupported(with([](OnnxWriter& net) {
                first_of(net, "BatchNormalization").add_output("mean");
                first_of(net, "Relu").set_input(0, "mean");
                first_of(net, "Add").set_input(1, "bn1");
              }),
              "BatchNormalization 'bn1': its output 1 is used");
  invalid(with([](OnnxWriter& net) {
            initializer(net, "bn1.running_var")
                .set_raw_data(std::string("\0\0\x80\xbf", 4) + std::string(28, '\0'));
          }),
          "BatchNormalization 'bn1' has a negative variance");
}

TEST_CASE("images are flattened only when their pixels were averaged") {
  OnnxWriter net;
  net.conv("conv1", "x", {4, 3, 3, 3});
  net.node("Flatten", {"conv1"}, "flat");
  net.floats("fc.weight", {2, 256}, some_numbers("fc", 512));
  set(net.node("Gemm", {"flat", "fc.weight"}, "y"), "transB", 1);
  unsupported(net, "Flatten 'flat': flattens an image of 8 x 8");
  set(first_of(net, "Flatten"), "axis", 2);
  unsupported(net, "Flatten 'flat': axis 2");

  OnnxWriter reshaped = residual_network();
  NodeProto& reshape = first_of(reshaped, "Flatten");
  reshape.set_op_type("Reshape");
  reshape.clear_attribute();
  reshape.add_input("shape");
  reshaped.integers("shape", {2, 8});
  unsupported(reshaped, "Reshape 'flat': makes something else than one vector of 16");
  OnnxWriter direct = residual_network();
  first_of(direct, "Gemm").set_input(0, "relu4");
  unsupported(direct, "Gemm 'y': takes an image, not a vector");
  OnnxWriter back = residual_network();
  first_of(back, "MaxPool").set_input(0, "back");
  invalid(back, "MaxPool 'pool': no node before it writes its input 'back'");
}

TEST_CASE("pooling of other kinds is refused") {
  OnnxWriter net = residual_network();
  first_of(net, "GlobalAveragePool").set_op_type("AveragePool");
  set(first_of(net, "AveragePool"), "kernel_shape", Numbers{1, 1});
  unsupported(net, "AveragePool 'pooled': does not take the mean of a whole image");
  first_of(net, "AveragePool").clear_attribute();
  first_of(net, "AveragePool").set_op_type("ReduceMean");
  set(first_of(net, "ReduceMean"), "axes", Numbers{1});
  unsupported(net, "ReduceMean 'pooled': does not take the mean of a whole image");
  OnnxWriter ceil = residual_network();
  set(first_of(ceil, "MaxPool"), "ceil_mode", 1);
  unsupported(ceil, "MaxPool 'pool': ceil_mode");
}

TEST_CASE("linear layers must fit and be plain products") {
  const auto with = [](auto change) {
    OnnxWriter net = residual_network();
    change(first_of(net, "Gemm"), net);
    return net;
  };
  unsupported(with([](NodeProto& gemm, OnnxWriter&) { set(gemm, "transA", 1); }), "Gemm 'y'");
  unsupported(with([](NodeProto& gemm, OnnxWriter&) {
                gemm.clear_attribute();
                set(gemm, "alpha", 0.5f);
              }),
              "Gemm 'y': alpha or beta is not 1");
  invalid(with([](NodeProto& gemm, OnnxWriter&) { gemm.clear_attribute(); }),
          "its weights have shape (3, 16), but its input 16 numbers");
  invalid(with([](NodeProto&, OnnxWriter& net) { initializer(net, "fc.bias").set_dims(0, 4); }),
          "tensor 'fc.bias' has 12 bytes, but shape (4)");
  unsupported(with([](NodeProto& gemm, OnnxWriter&) { gemm.set_input(1, "flat"); }),
              "its input 'flat' is not constant");
}

TEST_CASE("a weight belongs to one layer") {
  OnnxWriter net;
  net.conv("a", "x", {3, 3, 3, 3});
  net.node("Conv", {"a", "a.weight"}, "b");
  net.classify("b", 3, 2);
  unsupported(net, "Conv 'b': shares its weights 'a.weight' with another layer");
}

TEST_CASE("inputs and outputs must be a classifier's") {
  const auto input = [](const Numbers& shape, std::string_view part) {
    OnnxWriter net(shape);
    net.classify("x", 3, 2);
    check(failure_of(net), shape.back() == 0 ? StatusCode::kInvalidData : StatusCode::kUnsupported,
          part);
  };
  input({8, 3, 8, 8}, "input 'x' has a batch of 8");
  input({1, 3, -1, 8}, "input 'x': dimension 'batch' is left open");
  input({1, 64}, "input 'x' has 2 dimensions");
  input({1, 3, 8, 0}, "input 'x': dimension 0 is not from 1 to 65536");

  OnnxWriter net = residual_network();
  auto& graph = *net.model().mutable_graph();
  graph.mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(TensorProto::UINT8);
  unsupported(net, "input 'x' does not take floating-point numbers");
  *graph.add_input() = graph.input(0);
  graph.mutable_input(1)->set_name("z");
  unsupported(net, "inputs 'x' and 'z'");
  graph.clear_input();
  unsupported(net, "a network without input");

  OnnxWriter two = residual_network();
  two.model().mutable_graph()->add_output()->set_name("relu4");
  unsupported(two, "2 outputs");
  OnnxWriter image = residual_network();
  image.model().mutable_graph()->mutable_output(0)->set_name("relu4");
  unsupported(image, "the output 'relu4' is an image");
  image.model().mutable_graph()->mutable_output(0)->set_name("nowhere");
  invalid(image, "no node computes the output 'nowhere'");
  image.model().mutable_graph()->mutable_output(0)->set_name("fc.bias");
  invalid(image, "no node computes the output 'fc.bias'");
}

TEST_CASE("names are written once, and before they are read") {
  OnnxWriter twice = residual_network();
  first_of(twice, "GlobalAveragePool").set_output(0, "pool");
  first_of(twice, "Flatten").set_input(0, "pool");
  invalid(twice, "GlobalAveragePool 'pooled': writes 'pool', which is written already");
  OnnxWriter input = residual_network();
  first_of(input, "Conv").set_output(0, "x");
  first_of(input, "BatchNormalization").set_input(0, "x");
  invalid(input, "Conv 'conv1': writes 'x', which is written already");
  OnnxWriter initializers = residual_network();
  initializers.floats("fc.bias", {3}, {1, 2, 3});
  invalid(initializers, "two initializers are called 'fc.bias'");

  OnnxWriter cycle = residual_network();
  first_of(cycle, "MaxPool").set_input(0, "relu4");
  invalid(cycle, "MaxPool 'pool': no node before it writes its input 'relu4'");
  OnnxWriter itself = residual_network();
  first_of(itself, "Relu").set_input(0, "relu");
  invalid(itself, "Relu 'relu': no node before it writes its input 'relu'");
}

TEST_CASE("old operator sets and floods of nodes are refused") {
  OnnxWriter old = residual_network();
  old.model().mutable_opset_import(0)->set_version(6);
  unsupported(old, "opset 6; 7 and newer can be imported");
  OnnxWriter flood = residual_network();
  for (int i = 0; i < 20001; ++i) flood.model().mutable_graph()->add_node();
  unsupported(flood, "more than 20,000 nodes");
  OnnxWriter name = residual_network();
  first_of(name, "Conv").set_input(1, std::string(300, 'n') + ".weight");
  initializer(name, "conv1.weight").set_name(std::string(300, 'n') + ".weight");
  unsupported(name, "a name of more than 256 bytes");
}

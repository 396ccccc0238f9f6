// SPDX-License-Identifier: MIT
#include "builder/importers/support/resnet_onnx.h"

#include <vector>

#include "builder/importers/support/onnx_writer.h"

namespace bitdown::tests {
namespace {

class Exporter {
 public:
  explicit Exporter(int depth) : bottleneck_(depth == 50), net_({-1, 3, 224, 224}) {}

  std::string save(const FakeCheckpoint& checkpoint) {
    for (const auto& [key, leaf] : checkpoint.leaves) {
      const auto* tensor = std::get_if<FakeTensor>(&leaf);
      if (tensor != nullptr) add_initializer(checkpoint, key, *tensor);
    }
    std::string value = relu(norm(conv("conv1", "x", 7, 2), "bn1"));
    NodeProto& pool = net_.node("MaxPool", {value}, "/maxpool/MaxPool_output_0");
    set(pool, "kernel_shape", std::vector<std::int64_t>{3, 3});
    set(pool, "strides", std::vector<std::int64_t>{2, 2});
    set(pool, "pads", std::vector<std::int64_t>{1, 1, 1, 1});
    value = pool.output(0);
    const int blocks[] = {bottleneck_ ? 3 : 2, bottleneck_ ? 4 : 2, bottleneck_ ? 6 : 2,
                          bottleneck_ ? 3 : 2};
    for (int stage = 0; stage < 4; ++stage) {
      for (int block = 0; block < blocks[stage]; ++block) {
        value = add_block(value, stage, block, checkpoint);
      }
    }
    net_.node("GlobalAveragePool", {value}, "pooled");
    net_.node("Flatten", {"pooled"}, "flat");
    set(net_.node("Gemm", {"flat", "fc.weight", "fc.bias"}, "y"), "transB", 1);
    return net_.save();
  }

 private:
  void add_initializer(const FakeCheckpoint& checkpoint, const std::string& key,
                       const FakeTensor& tensor) {
    const FakeStorage& storage = checkpoint.storages.at(tensor.storage);
    std::size_t bytes = storage.element_size;
    for (const std::int64_t side : tensor.shape) bytes *= static_cast<std::size_t>(side);
    const int type = storage.type == "HalfStorage" ? TensorProto::FLOAT16 : TensorProto::FLOAT;
    net_.raw(key, type, tensor.shape, storage.bytes.substr(0, bytes));
  }

  std::string add_block(const std::string& x, int stage, int block,
                        const FakeCheckpoint& checkpoint) {
    const std::string name = "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
    const int stride = stage > 0 && block == 0 ? 2 : 1;
    std::string y;
    if (bottleneck_) {
      y = relu(norm(conv(name + ".conv1", x, 1, 1), name + ".bn1"));
      y = relu(norm(conv(name + ".conv2", y, 3, stride), name + ".bn2"));
      y = norm(conv(name + ".conv3", y, 1, 1), name + ".bn3");
    } else {
      y = relu(norm(conv(name + ".conv1", x, 3, stride), name + ".bn1"));
      y = norm(conv(name + ".conv2", y, 3, 1), name + ".bn2");
    }
    std::string identity = x;
    if (checkpoint.leaves.count(name + ".downsample.0.weight") > 0) {
      identity = norm(conv(name + ".downsample.0", x, 1, stride), name + ".downsample.1");
    }
    const std::string sum = "/" + name + "/Add_output_0";
    net_.node("Add", {y, identity}, sum);
    return relu(sum);
  }

  std::string conv(const std::string& name, const std::string& x, int kernel, int stride) {
    NodeProto& node = net_.node("Conv", {x, name + ".weight"}, "/" + name + "/Conv_output_0");
    set(node, "kernel_shape", std::vector<std::int64_t>{kernel, kernel});
    set(node, "strides", std::vector<std::int64_t>{stride, stride});
    set(node, "pads", std::vector<std::int64_t>(4, kernel / 2));
    set(node, "dilations", std::vector<std::int64_t>{1, 1});
    set(node, "group", 1);
    return node.output(0);
  }

  std::string norm(const std::string& x, const std::string& name) {
    NodeProto& node = net_.node(
        "BatchNormalization",
        {x, name + ".weight", name + ".bias", name + ".running_mean", name + ".running_var"},
        "/" + name + "/BatchNormalization_output_0");
    set(node, "epsilon", 1e-5f);
    set(node, "momentum", 0.9f);
    return node.output(0);
  }

  std::string relu(const std::string& x) { return net_.node("Relu", {x}, x + "/Relu").output(0); }

  bool bottleneck_;
  OnnxWriter net_;
};

}  // namespace

std::string resnet_onnx(const FakeCheckpoint& checkpoint, int depth) {
  return Exporter(depth).save(checkpoint);
}

}  // namespace bitdown::tests

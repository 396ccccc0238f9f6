// SPDX-License-Identifier: MIT
#include "importers/resnet.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "importers/failure.h"

namespace bitdown::builder {
namespace {

constexpr std::size_t kStages = 4;
constexpr std::uint32_t kStemWidth = 64;
constexpr std::uint32_t kExpansion = 4;  ///< Of a bottleneck's last convolution.
constexpr std::uint32_t kMaxClasses = 65536;

struct Architecture {
  const char* name;
  bool bottleneck;
  std::array<std::uint32_t, kStages> blocks;
};

constexpr Architecture kArchitectures[] = {
    {"resnet18", false, {2, 2, 2, 2}},  {"resnet34", false, {3, 4, 6, 3}},
    {"resnet50", true, {3, 4, 6, 3}},   {"resnet101", true, {3, 4, 23, 3}},
    {"resnet152", true, {3, 8, 36, 3}},
};

std::string block_name(std::size_t stage, std::uint32_t block) {
  return "layer" + std::to_string(stage + 1) + "." + std::to_string(block);
}

bool any_key_starts_with(const std::vector<std::string>& keys, const std::string& prefix) {
  const auto found = std::lower_bound(keys.begin(), keys.end(), prefix);
  return found != keys.end() && found->starts_with(prefix);
}

const Architecture& find_architecture(const StateDict& dict) {
  const std::vector<std::string> keys = dict.keys();
  constexpr const char* kKnown = "; ResNet-18, -34, -50, -101 and -152 can be imported";
  std::array<std::uint32_t, kStages> blocks{};
  std::string found;
  for (std::size_t stage = 0; stage < kStages; ++stage) {
    while (any_key_starts_with(keys, block_name(stage, blocks[stage]) + ".")) ++blocks[stage];
    found += (stage == 0 ? "" : ", ") + std::to_string(blocks[stage]);
  }
  if (std::all_of(blocks.begin(), blocks.end(), [](std::uint32_t count) { return count == 0; })) {
    fail_unsupported("not a ResNet: its keys begin with " +
                     (keys.empty() ? "nothing" : in_quotes(keys.front())) + kKnown);
  }
  const bool bottleneck = any_key_starts_with(keys, "layer1.0.conv3.");
  for (const Architecture& known : kArchitectures) {
    if (known.bottleneck == bottleneck && known.blocks == blocks) return known;
  }
  fail_unsupported("unknown architecture: stages of " + found +
                   (bottleneck ? " bottleneck" : " basic") + " blocks" + kKnown);
}

class Builder {
 public:
  Builder(StateDict& dict, const Dialect& dialect, const Architecture& architecture)
      : dict_(dict), dialect_(dialect), architecture_(architecture) {}

  Graph build() {
    graph_.provenance.architecture = architecture_.name;
    graph_.preprocessing.emplace();
    const ValueId input = graph_.add_value("input", {3, 224, 224});
    graph_.inputs = {input};
    ValueId value = convolution("conv1", "bn1", input, {kStemWidth, 7, 2, 3, true});
    value = max_pool(value);
    for (std::size_t stage = 0; stage < kStages; ++stage) {
      for (std::uint32_t block = 0; block < architecture_.blocks[stage]; ++block) {
        value = residual_block(value, stage, block);
      }
    }
    classify(value);
    return std::move(graph_);
  }

 private:
  struct ConvolutionShape {
    std::uint32_t outputs;
    std::uint32_t kernel;
    std::uint32_t stride;
    std::uint32_t padding;
    bool relu;
  };

  const std::vector<std::uint32_t>& shape(ValueId value) const {
    return graph_.values[value].shape;
  }

  ValueId add_node(const std::string& name, std::vector<ValueId> inputs, const std::string& output,
                   std::vector<std::uint32_t> output_shape, Operator op) {
    const ValueId value = graph_.add_value(output, std::move(output_shape));
    graph_.nodes.push_back({name, std::move(inputs), value, std::move(op)});
    return value;
  }

  ValueId convolution(const std::string& name, const std::string& norm, ValueId input,
                      const ConvolutionShape& conv, std::optional<ValueId> residual = {}) {
    const std::vector<std::uint32_t>& in = shape(input);
    Convolution op;
    op.weights = dialect_.weights(dict_, name, {conv.outputs, in[0], conv.kernel});
    ChannelAffine affine = dialect_.batch_norm(dict_, norm, conv.outputs);
    op.scale = std::move(affine.scale);
    op.shift = std::move(affine.shift);
    op.kernel = conv.kernel;
    op.stride = conv.stride;
    op.padding = conv.padding;
    op.relu = conv.relu;
    std::vector<ValueId> inputs = {input};
    if (residual) inputs.push_back(*residual);
    const std::uint32_t side = (in[1] + 2 * conv.padding - conv.kernel) / conv.stride + 1;
    return add_node(name, std::move(inputs), name, {conv.outputs, side, side}, std::move(op));
  }

  ValueId max_pool(ValueId input) {
    const std::vector<std::uint32_t>& in = shape(input);
    const MaxPool pool{3, 2, 1};
    const std::uint32_t side = (in[1] + 2 * pool.padding - pool.kernel) / pool.stride + 1;
    return add_node("maxpool", {input}, "maxpool", {in[0], side, side}, pool);
  }

  ValueId residual_block(ValueId input, std::size_t stage, std::uint32_t block) {
    const std::string name = block_name(stage, block) + ".";
    const std::uint32_t width = kStemWidth << stage;
    const std::uint32_t outputs = architecture_.bottleneck ? width * kExpansion : width;
    const std::uint32_t stride = stage > 0 && block == 0 ? 2 : 1;
    ValueId value;
    if (architecture_.bottleneck) {
      value = convolution(name + "conv1", name + "bn1", input, {width, 1, 1, 0, true});
      value = convolution(name + "conv2", name + "bn2", value, {width, 3, stride, 1, true});
    } else {
      value = convolution(name + "conv1", name + "bn1", input, {width, 3, stride, 1, true});
    }
    ValueId residual = input;
    if (shape(input)[0] != outputs) {
      residual = convolution(name + "downsample.0", name + "downsample.1", input,
                             {outputs, 1, stride, 0, false});
    }
    if (architecture_.bottleneck) {
      return convolution(name + "conv3", name + "bn3", value, {outputs, 1, 1, 0, true}, residual);
    }
    return convolution(name + "conv2", name + "bn2", value, {outputs, 3, 1, 1, true}, residual);
  }

  void classify(ValueId input) {
    const std::uint32_t features = shape(input)[0];
    const ValueId pooled = add_node("avgpool", {input}, "avgpool", {features}, GlobalAveragePool{});
    const std::string bias_key = dialect_.bias_key("fc");
    const StateDict::Shape& bias = dict_.shape(bias_key);
    if (bias.size() != 1 || bias[0] < 1 || bias[0] > kMaxClasses) {
      fail_invalid(in_quotes(bias_key) + " is not a vector of 1 to 65536 classes");
    }
    const auto classes = static_cast<std::uint32_t>(bias[0]);
    Linear linear;
    linear.bias = dict_.floats(bias_key, bias);
    linear.weights = dialect_.weights(dict_, "fc", {classes, features, 1, true});
    const ValueId logits = add_node("fc", {pooled}, "logits", {classes}, std::move(linear));
    const ValueId probabilities =
        add_node("softmax", {logits}, "probabilities", {classes}, Softmax{});
    graph_.outputs = {logits, probabilities};
  }

  StateDict& dict_;
  const Dialect& dialect_;
  const Architecture& architecture_;
  Graph graph_;
};

// ResNeXt and wide ResNets have the same names and block counts.
void check_width(const StateDict& dict, const Architecture& architecture) {
  const std::string key = "layer1.0.conv1.weight";
  if (!dict.has(key)) return;
  const StateDict::Shape& shape = dict.shape(key);
  if (shape.size() == 4 && shape[0] > kStemWidth) {
    fail_unsupported(std::string(architecture.name) + " with " + std::to_string(shape[0]) +
                     " channels in layer1.0.conv1 (ResNeXt or wide ResNet)");
  }
}

}  // namespace

Graph build_resnet(StateDict& dict, const Dialect& dialect) {
  const Architecture& architecture = find_architecture(dict);
  check_width(dict, architecture);
  Graph graph = Builder(dict, dialect, architecture).build();
  const std::string unread = dict.first_unread();
  if (!unread.empty()) {
    fail_unsupported("key " + in_quotes(unread) + " has no place in a " + architecture.name);
  }
  return graph;
}

}  // namespace bitdown::builder

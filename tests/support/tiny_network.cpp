// SPDX-License-Identifier: MIT
#include "support/tiny_network.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "kernels/half/half.h"

namespace bitdown::tests {
namespace {

using builder::CodedMatrix;
using builder::Convolution;
using builder::DenseMatrix;
using builder::Graph;
using builder::ValueId;

/// The distributions of <random> differ between standard libraries, its engines do not.
class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(engine_()) % bound; }

  /// Uniform in [low, high), rounded to fp16.
  float uniform(float low, float high) {
    const float unit = static_cast<float>(below(1u << 20)) * 0x1p-20f;
    return kernels::half_to_float(kernels::float_to_half(low + (high - low) * unit));
  }

  std::vector<float> uniform(std::size_t count, float low, float high) {
    std::vector<float> values(count);
    for (float& value : values) value = uniform(low, high);
    return values;
  }

 private:
  std::mt19937 engine_;
};

/// Keeps the variance of what flows: that of uniform(-a, a) is a * a / 3.
float weight_bound(std::uint32_t columns) {
  return std::sqrt(6.0f / static_cast<float>(columns));
}

DenseMatrix dense_matrix(Random& random, std::uint32_t rows, std::uint32_t columns) {
  const float bound = weight_bound(columns);
  return {rows, columns, random.uniform(std::size_t{rows} * columns, -bound, bound)};
}

CodedMatrix coded_matrix(Random& random, std::uint32_t rows, std::uint32_t columns,
                         std::uint32_t block_size, std::uint32_t entries) {
  const float bound = weight_bound(columns);
  CodedMatrix matrix{rows, columns, block_size, {}, {}};
  matrix.codebook = random.uniform(std::size_t{entries} * block_size, -bound, bound);
  matrix.codes.resize(std::size_t{rows} * matrix.blocks());
  for (std::uint16_t& code : matrix.codes) {
    code = static_cast<std::uint16_t>(random.below(entries));
  }
  matrix.codes.back() = static_cast<std::uint16_t>(entries - 1);
  return matrix;
}

DenseMatrix expand(const CodedMatrix& coded) {
  DenseMatrix dense{coded.rows, coded.columns, {}};
  for (std::uint16_t code : coded.codes) {
    const auto codeword = coded.codebook.begin() + std::ptrdiff_t{code} * coded.block_size;
    dense.values.insert(dense.values.end(), codeword, codeword + coded.block_size);
  }
  return dense;
}

struct Geometry {
  std::uint32_t channels = 0;
  std::uint32_t kernel = 1;
  std::uint32_t stride = 1;
  std::uint32_t padding = 0;
};

struct Coding {
  std::uint32_t block_size = 0;  // 0: dense.
  std::uint32_t entries = 0;
};

/// Appends operators whose output shapes follow from their inputs.
class NetworkBuilder {
 public:
  NetworkBuilder(std::uint32_t seed, bool dense) : random_(seed), dense_(dense) {}

  ValueId input(std::uint32_t height, std::uint32_t width) {
    graph_.preprocessing.emplace();
    graph_.preprocessing->resize_shorter = std::max(height, width) + 8;
    graph_.preprocessing->crop_height = height;
    graph_.preprocessing->crop_width = width;
    graph_.inputs = {graph_.add_value("input", {3, height, width})};
    return graph_.inputs[0];
  }

  ValueId convolution(const std::string& name, std::vector<ValueId> inputs, Geometry geometry,
                      Coding coding, bool relu) {
    const std::uint32_t columns =
        graph_.values[inputs[0]].shape[0] * geometry.kernel * geometry.kernel;
    Convolution op;
    op.weights = weights(geometry.channels, columns, coding);
    op.scale = random_.uniform(geometry.channels, 0.5f, 1.25f);
    op.shift = random_.uniform(geometry.channels, -0.25f, 0.25f);
    op.kernel = geometry.kernel;
    op.stride = geometry.stride;
    op.padding = geometry.padding;
    op.relu = relu;
    std::vector<std::uint32_t> shape = output_shape(inputs[0], geometry);
    return append(name, std::move(inputs), std::move(shape), std::move(op));
  }

  ValueId max_pool(const std::string& name, ValueId input) {
    const Geometry geometry{graph_.values[input].shape[0], 3, 2, 1};
    return append(name, {input}, output_shape(input, geometry), builder::MaxPool{3, 2, 1});
  }

  /// Average pool, fc and softmax.
  Graph classify(ValueId features, std::uint32_t classes, Coding coding) {
    const std::uint32_t channels = graph_.values[features].shape[0];
    const ValueId pooled = append("avgpool", {features}, {channels}, builder::GlobalAveragePool{});
    builder::Linear fc;
    fc.weights = weights(classes, channels, coding);
    fc.bias = random_.uniform(classes, -1.0f, 1.0f);
    const ValueId logits = append("logits", "fc", {pooled}, {classes}, std::move(fc));
    const ValueId probabilities =
        append("probabilities", "softmax", {logits}, {classes}, builder::Softmax{});
    graph_.outputs = {logits, probabilities};
    for (std::uint32_t i = 0; i < classes; ++i) {
      graph_.labels.push_back("class " + std::to_string(i));
    }
    graph_.provenance = {"tiny.pth", std::string(64, '0'), "test", "tiny"};
    return std::move(graph_);
  }

 private:
  std::vector<std::uint32_t> output_shape(ValueId input, Geometry geometry) const {
    const std::vector<std::uint32_t>& shape = graph_.values[input].shape;
    const auto side = [&](std::uint32_t length) {
      return (length + 2 * geometry.padding - geometry.kernel) / geometry.stride + 1;
    };
    return {geometry.channels, side(shape[1]), side(shape[2])};
  }

  builder::Weights weights(std::uint32_t rows, std::uint32_t columns, Coding coding) {
    if (coding.block_size == 0) return dense_matrix(random_, rows, columns);
    CodedMatrix coded = coded_matrix(random_, rows, columns, coding.block_size, coding.entries);
    if (dense_) return expand(coded);
    return coded;
  }

  ValueId append(const std::string& value, const std::string& name, std::vector<ValueId> inputs,
                 std::vector<std::uint32_t> shape, builder::Operator op) {
    const ValueId output = graph_.add_value(value, std::move(shape));
    graph_.nodes.push_back({name, std::move(inputs), output, std::move(op)});
    return output;
  }

  ValueId append(const std::string& name, std::vector<ValueId> inputs,
                 std::vector<std::uint32_t> shape, builder::Operator op) {
    return append(name, name, std::move(inputs), std::move(shape), std::move(op));
  }

  Graph graph_;
  Random random_;
  const bool dense_;
};

}  // namespace

builder::Graph tiny_network(const TinyNetworkOptions& options) {
  NetworkBuilder net(options.seed, options.dense);
  const auto coding = [&](std::uint32_t block_size) { return Coding{block_size, options.entries}; };
  ValueId x = net.input(options.height, options.width);
  x = net.convolution("conv1", {x}, {12, 7, 2, 3}, {}, true);
  x = net.max_pool("maxpool", x);

  ValueId y = net.convolution("layer1.0.conv1", {x}, {11, 3, 1, 1}, coding(18), true);
  x = net.convolution("layer1.0.conv2", {y, x}, {12, 3, 1, 1}, coding(9), true);

  const ValueId shortcut =
      net.convolution("layer2.0.downsample.0", {x}, {20, 1, 2, 0}, coding(4), false);
  y = net.convolution("layer2.0.conv1", {x}, {10, 1, 1, 0}, coding(4), true);
  y = net.convolution("layer2.0.conv2", {y}, {24, 3, 2, 1}, coding(18), true);
  x = net.convolution("layer2.0.conv3", {y, shortcut}, {20, 1, 1, 0}, coding(8), true);
  return net.classify(x, 37, {4, options.classifier_entries});
}

builder::Graph smallest_network(std::uint32_t seed) {
  NetworkBuilder net(seed, false);
  ValueId x = net.input(8, 8);
  x = net.convolution("conv1", {x}, {4, 3, 1, 1}, {}, true);
  x = net.max_pool("maxpool", x);
  x = net.convolution("conv2", {x, x}, {4, 3, 1, 1}, {9, 16}, true);
  return net.classify(x, 3, {4, 300});
}

}  // namespace bitdown::tests

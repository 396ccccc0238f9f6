// SPDX-License-Identifier: MIT
#include "builder/report/resnet_layers.h"

#include <string>
#include <utility>
#include <vector>

namespace bitdown::tests {
namespace {

using builder::CodedMatrix;
using builder::Convolution;
using builder::DenseMatrix;
using builder::Graph;
using builder::Linear;
using builder::ValueId;

CodedMatrix coded(std::uint32_t rows, std::uint32_t columns, std::uint32_t block_size,
                  std::uint32_t entries) {
  CodedMatrix matrix{rows, columns, block_size, {}, {}};
  matrix.codebook.assign(std::size_t{entries} * block_size, 0.5f);
  matrix.codes.assign(std::size_t{rows} * matrix.blocks(), 0);
  return matrix;
}

class LayerList {
 public:
  explicit LayerList(const ResnetLayersOptions& options) : options_(options) {}

  Graph build() {
    add("conv1", 3, 64, 7, DenseMatrix{64, 147, std::vector<float>(64 * 147, 0.5f)});
    const std::vector<std::uint32_t> blocks = options_.bottleneck
                                                  ? std::vector<std::uint32_t>{3, 4, 6, 3}
                                                  : std::vector<std::uint32_t>{2, 2, 2, 2};
    std::uint32_t channels = 64;
    for (std::uint32_t stage = 0; stage < 4; ++stage) {
      for (std::uint32_t block = 0; block < blocks[stage]; ++block) {
        channels = add_block("layer" + std::to_string(stage + 1) + "." + std::to_string(block),
                             channels, 64u << stage);
      }
    }
    add_classifier(channels);
    return std::move(graph_);
  }

 private:
  std::uint32_t add_block(const std::string& name, std::uint32_t in, std::uint32_t planes) {
    const std::uint32_t out = options_.bottleneck ? planes * 4 : planes;
    if (options_.bottleneck) {
      add_1x1(name + ".conv1", in, planes);
      add_3x3(name + ".conv2", planes, planes);
      add_1x1(name + ".conv3", planes, out);
    } else {
      add_3x3(name + ".conv1", in, planes);
      add_3x3(name + ".conv2", planes, planes);
    }
    if (in != out) add_1x1(name + ".downsample.0", in, out);
    return out;
  }

  void add_3x3(const std::string& name, std::uint32_t in, std::uint32_t out) {
    add(name, in, out, 3, coded(out, in * 9, options_.block_size_3x3, 256));
  }

  void add_1x1(const std::string& name, std::uint32_t in, std::uint32_t out) {
    const std::uint32_t entries = name == "layer1.0.conv1" ? options_.first_entries : 256;
    add(name, in, out, 1, coded(out, in, options_.block_size_1x1, entries));
  }

  void add(const std::string& name, std::uint32_t in, std::uint32_t out, std::uint32_t kernel,
           builder::Weights weights) {
    Convolution op;
    op.weights = std::move(weights);
    op.scale.assign(out, 1.0f);
    op.shift.assign(out, 0.0f);
    op.kernel = kernel;
    append(name, {in, kernel, kernel}, {out, 1, 1}, std::move(op));
  }

  void add_classifier(std::uint32_t channels) {
    Linear op;
    op.weights = coded(1000, channels, 4, options_.classifier_entries);
    op.bias.assign(1000, 0.0f);
    append("fc", {channels}, {1000}, std::move(op));
    graph_.outputs = {graph_.nodes.back().output};
  }

  void append(const std::string& name, std::vector<std::uint32_t> shape_in,
              std::vector<std::uint32_t> shape_out, builder::Operator op) {
    const ValueId input = graph_.add_value(name + " input", std::move(shape_in));
    const ValueId output = graph_.add_value(name, std::move(shape_out));
    graph_.inputs.push_back(input);
    graph_.nodes.push_back({name, {input}, output, std::move(op)});
  }

  const ResnetLayersOptions options_;
  Graph graph_;
};

}  // namespace

builder::Graph resnet_layers(const ResnetLayersOptions& options) {
  return LayerList(options).build();
}

}  // namespace bitdown::tests

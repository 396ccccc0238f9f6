// SPDX-License-Identifier: MIT
#include "quantize/sensitivity.h"

#include <cmath>
#include <variant>

#include "builder/quantize/support/noise.h"
#include "doctest/doctest.h"
#include "quantize/segment.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

using builder::CodedLayer;
using builder::Graph;
using builder::Images;
using builder::Sensitivity;

constexpr std::size_t kImages = 5;

// A codeword for each weight that is there, times `factor`: nothing else is lost.
CodedLayer coded(const builder::Node& node, float factor) {
  const builder::Layer layer = builder::read_layer(node);
  CodedLayer result;
  result.weights.rows = static_cast<std::uint32_t>(layer.weights.rows);
  result.weights.columns = static_cast<std::uint32_t>(layer.weights.columns);
  result.weights.block_size = 1;
  for (const float weight : layer.weights.values) {
    result.weights.codes.push_back(static_cast<std::uint16_t>(result.weights.codebook.size()));
    result.weights.codebook.push_back(weight * factor);
  }
  if (layer.scalable) result.scale = layer.scale;
  result.shift = layer.shift;
  return result;
}

std::size_t last_layer(const Graph& graph) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (std::holds_alternative<builder::Linear>(graph.nodes[i].op)) last = i;
  }
  return last;
}

// A network, photographs for it, and its linear layer.
struct Sample {
  Graph graph = tiny_network({.dense = true});
  Noise noise{kImages};
  Images images{noise, graph.values[graph.inputs[0]].shape, 1};
  std::size_t node = last_layer(graph);
};

// What comes before the softmax at the end.
std::vector<float> logits(const Graph& graph, const Images& images, std::size_t image) {
  builder::Segment network(graph, graph.nodes, graph.inputs[0], {graph.nodes.back().inputs[0]},
                           builder::DensePrecision::kFloat32);
  std::vector<float> input(graph.values[graph.inputs[0]].elements());
  images.unpack(image, false, input);
  const builder::Segment::Loan run(network);
  run->run(input);
  return {run->value(0).begin(), run->value(0).end()};
}

// log (exp(logits[i]) / sum of all exp) in extended precision.
long double log_probability(const std::vector<float>& logits, std::size_t i) {
  long double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<long double>(logit));
  return static_cast<long double>(logits[i]) - std::log(sum);
}

TEST_CASE("the divergence is the mean of sum p log(p / q)") {
  CAPTURE(test_seed());
  const Sample sample;
  const Sensitivity sensitivity(sample.graph, sample.images, 2);
  const CodedLayer half = coded(sample.graph.nodes[sample.node], 0.5f);
  Graph changed = sample.graph;
  builder::write_layer(half, changed.nodes[sample.node]);
  long double expected = 0;
  for (std::size_t image = 0; image < kImages; ++image) {
    const std::vector<float> wanted = logits(sample.graph, sample.images, image);
    const std::vector<float> own = logits(changed, sample.images, image);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const long double p = log_probability(wanted, i);
      expected += std::exp(p) * (p - log_probability(own, i)) / kImages;
    }
  }
  CHECK(expected > 1e-4L);
  CHECK(sensitivity.divergence_with(sample.node, half) ==
        doctest::Approx(static_cast<double>(expected)).epsilon(1e-3));
}

TEST_CASE("a layer that is coded without loss does nothing, and more loss does more") {
  CAPTURE(test_seed());
  const Sample sample;
  const Sensitivity sensitivity(sample.graph, sample.images, 1);
  const auto with = [&](float factor) {
    return sensitivity.divergence_with(sample.node, coded(sample.graph.nodes[sample.node], factor));
  };
  CHECK(with(1) < 1e-6);
  CHECK(with(0.9f) > with(1));
  CHECK(with(0.5f) > with(0.9f));
}

}  // namespace
}  // namespace bitdown::tests

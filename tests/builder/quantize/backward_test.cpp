// SPDX-License-Identifier: MIT
#include "quantize/backward.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <variant>

#include "doctest/doctest.h"
#include "quantize/segment.h"
#include "support/random.h"
#include "support/reference_network.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

using builder::Graph;
using builder::Node;
using builder::ValueId;

std::vector<float> noise(std::size_t count) {
  Uniform random(test_seed());
  std::vector<float> numbers(count);
  for (float& number : numbers) number = random();
  return numbers;
}

// By node, the derivatives of sum over i of weights[i] from[i].
std::map<std::size_t, std::vector<float>> gradients(const Graph& graph, ValueId from,
                                                    const std::vector<float>& weights,
                                                    const std::vector<float>& input) {
  std::vector<ValueId> values = graph.inputs;
  for (const Node& node : graph.nodes) values.push_back(node.output);
  builder::Segment network(graph, graph.nodes, graph.inputs[0], values,
                           builder::DensePrecision::kFloat32);
  const builder::Segment::Loan run(network);
  run->run(input);
  const auto value_of = [&](ValueId value) {
    const auto at = std::find(values.begin(), values.end(), value);
    return run->value(static_cast<std::size_t>(at - values.begin()));
  };
  std::map<std::size_t, std::vector<float>> result;
  builder::propagate_back(graph, from, weights, value_of,
                          [&](std::size_t node, std::span<const float> gradient) {
                            result[node].assign(gradient.begin(), gradient.end());
                          });
  return result;
}

std::vector<float>* shift_of(Node& node) {
  if (auto* convolution = std::get_if<builder::Convolution>(&node.op)) return &convolution->shift;
  if (auto* linear = std::get_if<builder::Linear>(&node.op)) return &linear->bias;
  return nullptr;
}

// The sum of the network's output `index`, weighted, by the reference.
double weighted_output(const Graph& graph, const std::vector<float>& input, std::size_t index,
                       const std::vector<float>& weights) {
  const std::vector<double> output = run_reference(graph, input)[index];
  double sum = 0;
  for (std::size_t i = 0; i < output.size(); ++i) {
    sum += output[i] * static_cast<double>(weights[i]);
  }
  return sum;
}

TEST_CASE("a channel's derivatives add up to that by its shift, for every layer") {
  CAPTURE(test_seed());
  Graph graph = tiny_network({.height = 17, .width = 15, .dense = true});
  const std::vector<float> input = noise(std::size_t{3} * 17 * 15);
  const std::vector<float> weights = noise(37);
  // The logits, then through the softmax.
  for (const std::size_t output : {0, 1}) {
    const auto found = gradients(graph, graph.outputs[output], weights, input);
    std::size_t layers = 0;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      std::vector<float>* shift = shift_of(graph.nodes[i]);
      if (shift == nullptr) continue;
      CAPTURE(graph.nodes[i].name);
      REQUIRE(found.contains(i));
      ++layers;
      const std::size_t outputs = graph.values[graph.nodes[i].output].shape[0];
      const std::vector<float>& gradient = found.at(i);
      REQUIRE(gradient.size() == graph.values[graph.nodes[i].output].elements());
      shift->resize(outputs);
      const std::size_t positions = gradient.size() / outputs;
      for (const std::size_t channel : {std::size_t{0}, outputs / 2, outputs - 1}) {
        double sum = 0;
        for (std::size_t p = 0; p < positions; ++p) {
          sum += static_cast<double>(gradient[channel * positions + p]);
        }
        constexpr float kStep = 0x1p-13f;
        const float before = (*shift)[channel];
        (*shift)[channel] = before + kStep;
        const double above = weighted_output(graph, input, output, weights);
        (*shift)[channel] = before - kStep;
        const double below = weighted_output(graph, input, output, weights);
        (*shift)[channel] = before;
        const double expected = (above - below) / (2 * static_cast<double>(kStep));
        CHECK(sum == doctest::Approx(expected).epsilon(0.01).scale(output == 0 ? 1 : 0.01));
      }
    }
    CHECK(layers == found.size());
  }
}

}  // namespace
}  // namespace bitdown::tests

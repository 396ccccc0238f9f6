// SPDX-License-Identifier: MIT
#include "quantize/logits.h"

#include <cmath>

#include "doctest/doctest.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

TEST_CASE("logits are the first output, or what its softmax takes") {
  builder::Graph graph = tiny_network({.dense = true});
  const builder::ValueId logits = graph.outputs[0];
  const builder::ValueId probabilities = graph.outputs[1];
  CHECK(builder::logits_of(graph) == logits);
  graph.outputs = {probabilities};
  CHECK(builder::logits_of(graph) == logits);
}

TEST_CASE("probabilities add up to one, however large logits are") {
  const std::vector<float> logits = {1000.0f, 1001.0f, -1e30f, 999.5f};
  const std::vector<double> logarithms = builder::log_softmax(logits);
  double sum = 0;
  for (const double logarithm : logarithms) sum += std::exp(logarithm);
  CHECK(sum == doctest::Approx(1));
  CHECK(logarithms[1] - logarithms[0] == doctest::Approx(1));
  CHECK(std::exp(logarithms[2]) == 0);
}

}  // namespace
}  // namespace bitdown::tests

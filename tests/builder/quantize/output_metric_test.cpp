// SPDX-License-Identifier: MIT
#include "quantize/output_metric.h"

#include <algorithm>
#include <cmath>

#include "builder/quantize/support/built.h"
#include "builder/quantize/support/noise.h"
#include "doctest/doctest.h"
#include "quantize/linear_algebra.h"
#include "quantize/logits.h"
#include "quantize/moments.h"
#include "quantize/segment.h"

namespace bitdown::tests {
namespace {

using builder::Graph;
using builder::Images;
using builder::LayerPlan;
using builder::Matrix;
using builder::OutputMetrics;

struct Sample {
  Graph graph = tiny_network({.dense = true});
  std::vector<LayerPlan> plans = builder::schedule(graph, quick_recipe());
  Noise noise{23};
  Images images{noise, graph.values[graph.inputs[0]].shape, 1};

  OutputMetrics metrics(std::uint64_t seed, unsigned jobs, double together = 0.5) const {
    builder::Recipe recipe = quick_recipe();
    recipe.seed = seed;
    recipe.together = together;
    return builder::output_metrics(graph, plans, images, recipe, jobs);
  }
};

TEST_CASE("every layer gets a symmetric, positive metric of its outputs") {
  CAPTURE(test_seed());
  const Sample sample;
  const OutputMetrics metrics = sample.metrics(1, 2);
  REQUIRE(metrics.size() == sample.plans.size());
  Uniform random(test_seed());
  for (const LayerPlan& plan : sample.plans) {
    const builder::Node& node = sample.graph.nodes[plan.node];
    CAPTURE(node.name);
    const Matrix& metric = metrics.at(plan.node);
    const std::size_t outputs = sample.graph.values[node.output].shape[0];
    REQUIRE(metric.rows == outputs);
    REQUIRE(metric.columns == outputs);
    std::vector<float> error(outputs);
    for (float& number : error) number = random();
    double square = 0;
    bool symmetric = true;
    for (std::size_t o = 0; o < outputs; ++o) {
      for (std::size_t p = 0; p < outputs; ++p) {
        symmetric &= metric.at(o, p) == metric.at(p, o);
        square += static_cast<double>(metric.at(o, p) * error[o] * error[p]);
      }
    }
    CHECK(symmetric);
    CHECK(square > 0);
    CHECK(builder::mean_diagonal(metric) == doctest::Approx(1));
  }
}

// The mean of diag p - p p' over the photographs that are not held out, its mean diagonal 1.
Matrix expected_at_logits(const Sample& sample) {
  const builder::ValueId logits = builder::logits_of(sample.graph);
  builder::Segment network(sample.graph, sample.graph.nodes, sample.graph.inputs[0], {logits},
                           builder::DensePrecision::kFloat32);
  const builder::Segment::Loan run(network);
  Matrix expected(37, 37);
  for (std::size_t image = 0; image < sample.images.count(); ++image) {
    if (image % builder::kHoldOut == builder::kHoldOut - 1) continue;
    std::vector<float> input(std::size_t{3} * 32 * 32);
    sample.images.unpack(image, false, input);
    run->run(input);
    const std::vector<double> logarithms = builder::log_softmax(run->value(0));
    for (std::size_t i = 0; i < 37; ++i) {
      for (std::size_t j = 0; j < 37; ++j) {
        const double own = i == j ? std::exp(logarithms[i]) : 0;
        expected.at(i, j) += static_cast<float>(own - std::exp(logarithms[i] + logarithms[j]));
      }
    }
  }
  const auto unit = static_cast<float>(builder::mean_diagonal(expected));
  for (float& number : expected.values) number /= unit;
  return expected;
}

TEST_CASE("at the logits it is diag p - p p' of the photographs that are not held out") {
  CAPTURE(test_seed());
  const Sample sample;
  const std::size_t last = sample.plans.back().node;
  REQUIRE(sample.graph.nodes[last].output == builder::logits_of(sample.graph));
  Matrix mean(37, 37);
  constexpr std::size_t kSeeds = 150;
  for (std::size_t seed = 0; seed < kSeeds; ++seed) {
    const OutputMetrics metrics = sample.metrics(seed, 2);
    for (std::size_t i = 0; i < mean.values.size(); ++i) {
      mean.values[i] += metrics.at(last).values[i] / static_cast<float>(kSeeds);
    }
  }
  const Matrix expected = expected_at_logits(sample);
  double off = 0;
  double all = 0;
  for (std::size_t i = 0; i < mean.values.size(); ++i) {
    off += std::pow(static_cast<double>(mean.values[i] - expected.values[i]), 2);
    all += std::pow(static_cast<double>(expected.values[i]), 2);
  }
  CHECK(off < 0.01 * all);
}

TEST_CASE("it depends on the seed, not on the number of threads") {
  const Sample sample;
  const std::size_t first = sample.plans.front().node;
  const Matrix one = sample.metrics(1, 1).at(first);
  CHECK(sample.metrics(1, 3).at(first).values == one.values);
  CHECK(sample.metrics(2, 1).at(first).values != one.values);
}

bool close(const Matrix& a, const Matrix& b) {
  return std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                    [](float x, float y) { return std::fabs(x - y) < 1e-3f; });
}

TEST_CASE("positions count apart, together, or as a mixture of both") {
  CAPTURE(test_seed());
  const Sample sample;
  const std::size_t first = sample.plans.front().node;
  const Matrix apart = sample.metrics(1, 2, 0).at(first);
  const Matrix together = sample.metrics(1, 2, 1).at(first);
  const Matrix mixed = sample.metrics(1, 2, 0.25).at(first);
  CHECK_FALSE(close(apart, together));
  Matrix expected = apart;
  for (std::size_t i = 0; i < expected.values.size(); ++i) {
    expected.values[i] = 0.75f * apart.values[i] + 0.25f * together.values[i];
  }
  CHECK(close(mixed, expected));
  // One position: no difference.
  const std::size_t last = sample.plans.back().node;
  CHECK(close(sample.metrics(1, 2, 0).at(last), sample.metrics(1, 2, 1).at(last)));
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include "calibrate/calibrate.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <set>

#include "builder/importers/support/errors.h"
#include "calibrate/range.h"
#include "doctest/doctest.h"
#include "support/random.h"
#include "support/reference_network.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

using builder::calibrate;
using builder::DensePrecision;
using builder::Graph;

/// Photographs of noise, some of which cannot be read.
class Noise : public builder::CalibrationInputs {
 public:
  explicit Noise(std::size_t count, std::set<std::size_t> broken = {})
      : count_(count), broken_(std::move(broken)) {}

  std::size_t count() const override { return count_; }

  bool load(std::size_t index, std::span<float> input) override {
    ++loads;
    const std::vector<float> values = photo(index, input.size());
    std::ranges::copy(values, input.begin());
    return !broken_.contains(index);
  }

  static std::vector<float> photo(std::size_t index, std::size_t size) {
    Uniform uniform(test_seed() + static_cast<std::uint32_t>(index));
    std::vector<float> values(size);
    for (float& value : values) value = uniform() * static_cast<float>(index + 1);
    return values;
  }

  std::atomic<std::size_t> loads = 0;

 private:
  std::size_t count_;
  std::set<std::size_t> broken_;
};

Graph calibrated(Graph graph, std::size_t photos, unsigned jobs,
                 const std::set<std::size_t>& broken = {}) {
  Noise noise(photos, broken);
  CHECK(calibrate(graph, DensePrecision::kFloat32, noise, jobs) == photos - broken.size());
  CHECK(noise.loads == photos);
  return graph;
}

void check_same_ranges(const Graph& a, const Graph& b) {
  REQUIRE(a.values.size() == b.values.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    CAPTURE(a.values[i].name);
    CHECK(a.values[i].range.has_value());
    CHECK(a.values[i].range == b.values[i].range);
  }
}

TEST_CASE("every value gets a range, negative only where its numbers are") {
  CAPTURE(test_seed());
  for (const bool dense : {false, true}) {
    TinyNetworkOptions options;
    options.dense = dense;
    const Graph graph = calibrated(tiny_network(options), 4, 2);
    for (const builder::Value& value : graph.values) {
      CAPTURE(value.name);
      REQUIRE(value.range);
      const bool two_signs =
          value.name == "input" || value.name == "layer2.0.downsample.0" || value.name == "logits";
      CHECK((value.range->min < 0) == two_signs);
      if (!two_signs) CHECK(value.range->min == 0);
      CHECK(value.range->max > 0);
    }
  }
}

TEST_CASE("ranges are those of the numbers that flow") {
  CAPTURE(test_seed());
  const Graph graph = smallest_network();
  builder::Histogram input;
  builder::Histogram logits;
  for (std::size_t i = 0; i < 5; ++i) {
    const std::vector<float> photo = Noise::photo(i, 3 * 8 * 8);
    REQUIRE(input.add(photo));
    const std::vector<double> outputs = run_reference(graph, photo)[0];
    REQUIRE(logits.add(std::vector<float>(outputs.begin(), outputs.end())));
  }
  const Graph got = calibrated(graph, 5, 1);
  CHECK(got.values[graph.inputs[0]].range == choose_range(input));
  // The reference computes in double, so its best range may be a neighbour of the session's.
  const double error = mean_squared_error(logits, *got.values[graph.outputs[0]].range);
  CHECK(error <= 1.0001 * mean_squared_error(logits, choose_range(logits)));
}

TEST_CASE("the number of threads changes nothing") {
  CAPTURE(test_seed());
  const Graph one = calibrated(tiny_network(), 9, 1, {4});
  for (const unsigned jobs : {2u, 3u, 16u}) {
    check_same_ranges(calibrated(tiny_network(), 9, jobs, {4}), one);
  }
}

TEST_CASE("old ranges are replaced") {
  Graph graph = smallest_network();
  for (builder::Value& value : graph.values) value.range = builder::ActivationRange{-7, 9};
  check_same_ranges(calibrated(graph, 3, 1), calibrated(smallest_network(), 3, 1));

  Noise nothing(2, {0, 1});
  CHECK(calibrate(graph, DensePrecision::kFloat32, nothing, 2) == 0);
  for (const builder::Value& value : graph.values) CHECK_FALSE(value.range);
}

class Endless : public Noise {
 public:
  using Noise::Noise;
  bool load(std::size_t index, std::span<float> input) override {
    std::ranges::fill(input, index < 2 ? 1.0f : HUGE_VALF);
    return true;
  }
};

TEST_CASE("numbers that overflow are refused with the value's name") {
  Graph graph = smallest_network();
  Endless endless(4);
  const Failure failure = error_of([&] { calibrate(graph, DensePrecision::kFloat32, endless, 2); });
  CHECK(failure.code == StatusCode::kInvalidData);
  CHECK(failure.message == "value 'input': has numbers beyond 2^96 or NaN");
}

class Failing : public Noise {
 public:
  using Noise::Noise;
  bool load(std::size_t index, std::span<float> input) override {
    if (index == 3) throw builder::Error(StatusCode::kIoError, "photograph 3");
    return Noise::load(index, input);
  }
};

TEST_CASE("what load throws arrives") {
  for (const unsigned jobs : {1u, 4u}) {
    Graph graph = smallest_network();
    Failing failing(6);
    const Failure failure =
        error_of([&] { calibrate(graph, DensePrecision::kFloat16, failing, jobs); });
    CHECK(failure.code == StatusCode::kIoError);
    CHECK(failure.message == "photograph 3");
  }
}

}  // namespace
}  // namespace bitdown::tests

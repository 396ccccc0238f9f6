// SPDX-License-Identifier: MIT
#include "calibrate/histogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "doctest/doctest.h"
#include "support/random.h"

namespace bitdown::tests {
namespace {

using builder::Histogram;

void check_equal(const Histogram& a, const Histogram& b) {
  CHECK(a.count() == b.count());
  CHECK(a.low() == b.low());
  CHECK(a.high() == b.high());
  CHECK(a.bin_width() == b.bin_width());
  CHECK(std::ranges::equal(a.positive(), b.positive()));
  CHECK(std::ranges::equal(a.negative(), b.negative()));
}

/// Both signs, zeros, sizes over 2^40.
std::vector<float> numbers(std::size_t count) {
  Uniform uniform(test_seed());
  std::vector<float> values(count);
  for (float& value : values) {
    const int exponent = static_cast<int>(uniform.below(40)) - 20;
    value = uniform.below(8) == 0 ? 0.0f : std::ldexp(uniform(), exponent);
  }
  return values;
}

TEST_CASE("a histogram counts every number in its bin") {
  CAPTURE(test_seed());
  const std::vector<float> values = numbers(5000);
  Histogram histogram;
  REQUIRE(histogram.add(values));
  const double width = histogram.bin_width();
  std::vector<std::uint64_t> positive(Histogram::kBins);
  std::vector<std::uint64_t> negative(Histogram::kBins);
  for (const float value : values) {
    if (value > 0) ++positive[static_cast<std::size_t>(static_cast<double>(value) / width)];
    if (value < 0) ++negative[static_cast<std::size_t>(-static_cast<double>(value) / width)];
  }
  CHECK(std::ranges::equal(histogram.positive(), positive));
  CHECK(std::ranges::equal(histogram.negative(), negative));
  CHECK(histogram.count() == values.size());
  CHECK(histogram.low() == *std::ranges::min_element(values));
  CHECK(histogram.high() == *std::ranges::max_element(values));
  const auto reach = static_cast<double>(std::max(histogram.high(), -histogram.low()));
  CHECK(reach < width * Histogram::kBins);
  CHECK(reach >= width * Histogram::kBins / 2);
}

TEST_CASE("order and spreading do not matter") {
  CAPTURE(test_seed());
  std::vector<float> values = numbers(3000);
  Histogram together;
  REQUIRE(together.add(values));

  std::ranges::sort(values, {}, [](float value) { return std::fabs(value); });
  Histogram one_by_one;
  for (const float& value : values) REQUIRE(one_by_one.add({&value, 1}));
  check_equal(one_by_one, together);

  std::array<Histogram, 3> parts;
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE(parts[i].add(std::span(values).subspan(i * 1000, 1000)));
  }
  Histogram merged;  // The small ones first, then last.
  for (const std::size_t i : {0u, 1u, 2u}) merged.merge(parts[i]);
  check_equal(merged, together);
  merged = Histogram();
  for (const std::size_t i : {2u, 1u, 0u}) merged.merge(parts[i]);
  check_equal(merged, together);
}

TEST_CASE("zeros and numbers at the edges") {
  Histogram histogram;
  REQUIRE(histogram.add(std::vector<float>{0.0f, -0.0f, 0.0f}));
  CHECK(histogram.count() == 3);
  CHECK_FALSE(std::signbit(histogram.low()));
  CHECK(std::accumulate(histogram.positive().begin(), histogram.positive().end(), 0u) == 0);

  REQUIRE(histogram.add(std::vector<float>{4.0f}));  // The first of the next octave.
  CHECK(histogram.bin_width() == 8.0 / Histogram::kBins);
  CHECK(histogram.positive()[Histogram::kBins / 2] == 1);

  REQUIRE(histogram.add(std::vector<float>{std::numeric_limits<float>::denorm_min()}));
  CHECK(histogram.positive()[0] == 1);
}

TEST_CASE("what is no number is not counted, nor its neighbours") {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float bad : {kInfinity, -kInfinity, std::nanf(""), 0x1p96f, -0x1p100f}) {
    Histogram histogram;
    CHECK_FALSE(histogram.add(std::vector<float>{1.0f, bad, 2.0f}));
    check_equal(histogram, Histogram());
  }
  Histogram histogram;
  CHECK(histogram.add(std::vector<float>{0x1.fffffep95f}));
  CHECK(histogram.positive()[Histogram::kBins - 1] == 1);
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include "calibrate/range.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "doctest/doctest.h"
#include "support/random.h"

namespace bitdown::tests {
namespace {

using builder::ActivationRange;
using builder::choose_range;
using builder::Histogram;
using builder::mean_squared_error;

double size(float x) {
  return static_cast<double>(x);
}

/// The criterion from its definition, number by number.
double naive_error(const std::vector<float>& values, double step, double zero_point) {
  double sum = 0;
  for (const float x : values) {
    const double q = std::clamp(std::round(size(x) / step) + zero_point, 0.0, 255.0);
    const double error = size(x) - (q - zero_point) * step;
    sum += error * error;
  }
  return sum / static_cast<double>(values.size());
}

double naive_error(const std::vector<float>& values, ActivationRange range) {
  const double step = (size(range.max) - size(range.min)) / 255;
  return naive_error(values, step, -size(range.min) / step);
}

/// Of zero points and steps that choose_range tries, and of steps between those.
double best_error(const std::vector<float>& values) {
  const auto [low, high] = std::ranges::minmax(values);
  const double widest = (size(std::max(high, 0.0f)) - size(std::min(low, 0.0f))) / 254;
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < 160; ++i) {
    const double step = widest * std::exp2(-i / 48.0);
    for (int zero_point = 0; zero_point <= (low < 0 ? 254 : 0); zero_point += 4) {
      best = std::min(best, naive_error(values, step, zero_point));
    }
  }
  return best;
}

Histogram histogram_of(const std::vector<float>& values) {
  Histogram histogram;
  REQUIRE(histogram.add(values));
  return histogram;
}

void check_form(ActivationRange range, bool two_signs) {
  CAPTURE(range.min);
  CAPTURE(range.max);
  if (two_signs) CHECK(range.min < 0);
  if (!two_signs) CHECK(range.min == 0);
  CHECK_FALSE((range.min == 0 && std::signbit(range.min)));
  CHECK(range.max > 0);
  CHECK(std::isfinite(range.max));
  const float step = (range.max - range.min) / 255;  // In float32, as a device computes it.
  const float zero_point = -range.min / step;
  CHECK(zero_point == std::round(zero_point));
  CHECK(-zero_point * step == range.min);
  CHECK((255 - zero_point) * step == range.max);
}

/// Sum of several uniform numbers: near normal. Rectified, it has many zeros.
std::vector<float> bell(std::size_t count, float mean, bool rectified) {
  Uniform uniform(test_seed());
  std::vector<float> values(count);
  for (float& value : values) {
    value = mean;
    for (int i = 0; i < 6; ++i) value += uniform();
    if (rectified) value = std::max(value, 0.0f);
  }
  return values;
}

/// Evenly spaced numbers of [low, 1), raised to an odd power: without the noise of a sample, to
/// which the best of many grids would fit by chance. A high power has long tails.
std::vector<float> curve(std::size_t count, double low, int power, bool rectified) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double t = low + (1 - low) * (static_cast<double>(i) + 0.5) / static_cast<double>(count);
    values[i] = static_cast<float>(std::pow(rectified ? std::max(t, 0.0) : t, power));
  }
  return values;
}

TEST_CASE("the criterion is what number by number adds up to") {
  CAPTURE(test_seed());
  const std::vector<float> values = bell(200000, 0.3f, false);
  const Histogram histogram = histogram_of(values);
  for (const float step : {0.01f, 0.02f, 0.05f}) {
    for (const int zero_point : {1, 60, 128, 254}) {
      const float zero = static_cast<float>(zero_point);
      const ActivationRange range{-zero * step, (255 - zero) * step};
      CAPTURE(step);
      CAPTURE(zero_point);
      CHECK(mean_squared_error(histogram, range) ==
            doctest::Approx(naive_error(values, range)).epsilon(0.005));
    }
  }
}

TEST_CASE("no grid has a smaller error than the chosen one") {
  for (const double low : {-1.0, -0.3}) {
    for (const int power : {1, 3, 9}) {
      for (const bool rectified : {false, true}) {
        CAPTURE(low);
        CAPTURE(power);
        CAPTURE(rectified);
        const std::vector<float> values = curve(5000, low, power, rectified);
        const ActivationRange range = choose_range(histogram_of(values));
        check_form(range, !rectified);
        CHECK(naive_error(values, range) <= 1.01 * best_error(values));
      }
    }
  }
}

TEST_CASE("a rare large number is clipped as far as pays") {
  CAPTURE(test_seed());
  std::vector<float> values = bell(1000000, 0, true);
  values.push_back(40);
  // Rounding the half that is no zero costs 0.5e6 * (max / 255)^2 / 12 in all, clipping (40 -
  // max)^2: their sum is smallest at max = 40 / (1 + 0.5e6 / 12 / 255^2).
  const ActivationRange range = choose_range(histogram_of(values));
  CHECK(size(range.max) == doctest::Approx(24.4).epsilon(0.02));
}

TEST_CASE("zero is exact on every grid") {
  CAPTURE(test_seed());
  Uniform uniform(test_seed());
  for (int i = 0; i < 200; ++i) {
    std::vector<float> values(50);
    const float scale = std::ldexp(1.0f, static_cast<int>(uniform.below(80)) - 40);
    const float offset = uniform();
    for (float& value : values) value = (uniform() + offset) * scale;
    check_form(choose_range(histogram_of(values)), *std::ranges::min_element(values) < 0);
  }
}

TEST_CASE("constant values have a range around them") {
  for (const float value : {3.0f, 1e-10f, 1e20f, 0x1.fffffep95f}) {
    CAPTURE(value);
    ActivationRange range = choose_range(histogram_of(std::vector<float>(10, value)));
    check_form(range, false);
    CHECK(range.max == doctest::Approx(size(value)).epsilon(0.001));
    range = choose_range(histogram_of(std::vector<float>(10, -value)));
    check_form(range, true);
    CHECK(range.min == doctest::Approx(size(-value)).epsilon(0.001));
  }
  for (const float nothing : {0.0f, -0.0f, 1e-30f, -1e-30f}) {
    CHECK(choose_range(histogram_of({nothing})) == ActivationRange{0, 1});
  }
  CHECK(choose_range(Histogram()) == ActivationRange{0, 1});
  CHECK(mean_squared_error(Histogram(), {0, 1}) == 0);
}

}  // namespace
}  // namespace bitdown::tests

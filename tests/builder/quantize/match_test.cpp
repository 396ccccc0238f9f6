// SPDX-License-Identifier: MIT
#include "quantize/match.h"

#include "builder/quantize/support/problems.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using builder::Affine;

// Rows whose answers are a noisy version of what `quantized` gives.
struct Sample {
  Matrix quantized;
  builder::Rows rows;
  builder::Moments moments;

  explicit Sample(bool residual) {
    Uniform random(test_seed());
    quantized = random_matrix(3, 5, random);
    rows.inputs = random_matrix(400, 5, random);
    rows.targets = random_matrix(400, 3, random);
    if (residual) rows.residual = random_matrix(400, 3, random);
    for (std::size_t r = 0; r < 400; ++r) {
      for (std::size_t o = 0; o < 3; ++o) {
        rows.targets.at(r, o) = 2 * output(r, o) + 0.5f * rows.targets.at(r, o) + 3;
      }
    }
    builder::Rows copy = rows;
    builder::Sums sums;
    sums.add(copy, 400, 2);
    moments = std::move(sums).finish();
  }

  float output(std::size_t r, std::size_t o) const {
    float sum = 0;
    for (std::size_t c = 0; c < 5; ++c) sum += quantized.at(o, c) * rows.inputs.at(r, c);
    return sum;
  }
};

struct Statistics {
  double mean = 0;
  double variance = 0;
};

template <typename Number>
Statistics statistics(Number number) {
  double sum = 0;
  double squares = 0;
  for (std::size_t r = 0; r < 400; ++r) {
    const auto x = static_cast<double>(number(r));
    sum += x;
    squares += x * x;
  }
  return {sum / 400, squares / 400 - sum / 400 * (sum / 400)};
}

TEST_CASE("each channel gets the float network's mean and variance") {
  CAPTURE(test_seed());
  for (const bool residual : {false, true}) {
    const Sample sample(residual);
    const Affine affine = builder::match(sample.quantized, sample.moments, {1, 1, 1}, true, 0, 2);
    for (std::size_t o = 0; o < 3; ++o) {
      const Statistics ours = statistics(
          [&](std::size_t r) { return affine.scale[o] * sample.output(r, o) + affine.shift[o]; });
      const Statistics float_ones =
          statistics([&](std::size_t r) { return sample.rows.targets.at(r, o); });
      const Statistics lost = statistics(
          [&](std::size_t r) { return residual ? sample.rows.residual.at(r, o) : 0.0f; });
      CHECK(ours.mean == doctest::Approx(float_ones.mean + lost.mean).epsilon(1e-4));
      CHECK(ours.variance == doctest::Approx(float_ones.variance).epsilon(1e-3));
    }
  }
}

TEST_CASE("shrunk to least squares, no other scale has a smaller error") {
  CAPTURE(test_seed());
  const Sample sample(false);
  const Affine affine = builder::match(sample.quantized, sample.moments, {1, 1, 1}, true, 1, 2);
  for (std::size_t o = 0; o < 3; ++o) {
    const auto error = [&](float factor) {
      return statistics([&](std::size_t r) {
               return sample.rows.targets.at(r, o) - factor * affine.scale[o] * sample.output(r, o);
             })
          .variance;
    };
    CHECK(error(1) <= error(0.99f));
    CHECK(error(1) <= error(1.01f));
  }
}

TEST_CASE("what cannot be scaled keeps its scale; silent channels too; no change is too large") {
  Sample sample(false);
  CHECK(builder::match(sample.quantized, sample.moments, {7, 1, 1}, false, 0, 1).scale ==
        std::vector<float>{7, 1, 1});
  for (float& weight : sample.quantized.values) weight *= 1e-6f;
  for (std::size_t c = 0; c < 5; ++c) sample.quantized.at(1, c) = 0;
  const Affine affine = builder::match(sample.quantized, sample.moments, {1, 2, 1}, true, 0, 1);
  CHECK(affine.scale[0] == static_cast<float>(builder::kMostChange));
  CHECK(affine.scale[1] == 2);
  CHECK(static_cast<double>(affine.shift[1]) ==
        doctest::Approx(static_cast<double>(sample.moments.target_mean[1])));
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include "quantize/target.h"

#include <cmath>

#include "builder/quantize/support/problems.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

// What an earlier layer did: the student sees inputs of which half of a channel is lost, and the
// residual lost what its first input still knows.
struct Sample {
  Matrix weights;
  builder::Moments moments;
  builder::Rows held_out;

  explicit Sample(bool residual, std::size_t held = 500) {
    Uniform random(test_seed());
    weights = random_matrix(4, 6, random);
    builder::Rows used = rows(2000, residual, random);
    held_out = rows(held, residual, random);
    builder::Sums sums;
    sums.add(used, 2000, 2);
    moments = std::move(sums).finish();
  }

  builder::Rows rows(std::size_t count, bool residual, Uniform& random) const {
    builder::Rows result;
    result.inputs = random_matrix(count, 6, random);
    result.targets = Matrix(count, 4);
    if (residual) result.residual = Matrix(count, 4);
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t o = 0; o < 4; ++o) {
        for (std::size_t c = 0; c < 6; ++c) {
          result.targets.at(r, o) += weights.at(o, c) * result.inputs.at(r, c);
        }
        if (residual) result.residual.at(r, o) = 0.5f * result.inputs.at(r, 0) + 1;
      }
      result.inputs.at(r, 3) *= 0.5f;
    }
    return result;
  }
};

TEST_CASE("the target answers the student's activations as the float network answers its own") {
  CAPTURE(test_seed());
  const Sample sample(false);
  const builder::Target target =
      builder::choose_target(sample.weights, sample.moments, sample.held_out, true, 2);
  const double before = builder::held_out_error(sample.weights, sample.moments, sample.held_out, 2);
  const double after = builder::held_out_error(target.weights, sample.moments, sample.held_out, 2);
  CHECK(after < before / 50);
  CHECK(target.ridge > 0);
  CHECK(target.share == 0);
  for (std::size_t o = 0; o < 4; ++o) {
    CHECK(std::abs(target.weights.at(o, 3) - 2 * sample.weights.at(o, 3)) < 0.1f);
  }
}

TEST_CASE("it also makes up for what the residual lost, unless told not to") {
  CAPTURE(test_seed());
  const Sample sample(true);
  const auto choose = [&](bool residual) {
    return builder::choose_target(sample.weights, sample.moments, sample.held_out, residual, 2);
  };
  const builder::Target with = choose(true);
  const builder::Target without = choose(false);
  CHECK(with.share > 0.9);
  CHECK(without.share == 0);
  CHECK(builder::held_out_error(with.weights, sample.moments, sample.held_out, 2) * 10 <
        builder::held_out_error(without.weights, sample.moments, sample.held_out, 2));
}

TEST_CASE("when regression does not help, the float network's weights stay") {
  CAPTURE(test_seed());
  Sample sample(false);
  for (float& value : sample.moments.target_cross.values) value = -value;  // Nonsense.
  const builder::Target target =
      builder::choose_target(sample.weights, sample.moments, sample.held_out, true, 2);
  CHECK(target.ridge == 0);
  CHECK(target.weights.values == sample.weights.values);
}

TEST_CASE("without rows held out there is a default") {
  const Sample sample(true, 0);
  const builder::Target target =
      builder::choose_target(sample.weights, sample.moments, sample.held_out, true, 2);
  CHECK(target.ridge == doctest::Approx(0.1));
  CHECK(target.share == 0);
  CHECK(builder::held_out_error(sample.weights, sample.moments, sample.held_out, 2) == 0);
}

}  // namespace
}  // namespace bitdown::tests

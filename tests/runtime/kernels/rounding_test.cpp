// SPDX-License-Identifier: MIT
#include "kernels/weights/rounding.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "doctest/doctest.h"
#include "support/random.h"

namespace bitdown::kernels {
namespace {

std::vector<std::int8_t> round_all(std::vector<float> numbers) {
  std::vector<std::int8_t> q(numbers.size());
  round_keeping_sum(numbers.data(), static_cast<std::uint32_t>(numbers.size()), q.data());
  return q;
}

TEST_CASE("a rounded codeword has the nearest sum and stays beside its numbers") {
  CAPTURE(tests::test_seed());
  tests::Uniform uniform(tests::test_seed());
  for (const std::uint32_t count : {1u, 2u, 4u, 8u, 9u, 18u, 255u, 256u}) {
    CAPTURE(count);
    for (int round = 0; round < 100; ++round) {
      std::vector<float> numbers(count);
      for (float& v : numbers) v = 127.0f * std::clamp(2.0f * uniform(), -1.0f, 1.0f);
      const std::vector<std::int8_t> q = round_all(numbers);
      double off = 0.0;
      for (std::uint32_t i = 0; i < count; ++i) {
        REQUIRE(std::fabs(static_cast<float>(q[i]) - numbers[i]) <= 1.0f);
        REQUIRE(q[i] >= -127);
        off += static_cast<double>(numbers[i]) - q[i];
      }
      REQUIRE(std::fabs(off) <= 0.5 + 1e-4);
    }
  }
}

TEST_CASE("the numbers closest to their other neighbour move, the first among equals") {
  CHECK(round_all({0.25f, 0.375f, 0.375f}) == std::vector<std::int8_t>{0, 1, 0});
  CHECK(round_all({-0.25f, -0.375f, -0.4375f, -0.4375f}) == std::vector<std::int8_t>{0, 0, -1, -1});
  CHECK(round_all({126.625f, 126.625f, -127.0f}) == std::vector<std::int8_t>{126, 127, -127});
}

TEST_CASE("no other rounding with that sum has a smaller squared error") {
  CAPTURE(tests::test_seed());
  tests::Uniform uniform(tests::test_seed());
  for (int round = 0; round < 200; ++round) {
    std::vector<float> numbers(6);
    for (float& v : numbers) v = 20.0f * uniform();
    const std::vector<std::int8_t> q = round_all(numbers);
    int sum = 0;
    double error = 0.0;
    for (std::size_t i = 0; i < 6; ++i) {
      sum += q[i];
      error += std::pow(static_cast<double>(numbers[i]) - q[i], 2);
    }
    for (unsigned up = 0; up < 64; ++up) {  // Each number down or up.
      int other_sum = 0;
      double other = 0.0;
      for (std::size_t i = 0; i < 6; ++i) {
        const double to = std::floor(static_cast<double>(numbers[i])) + ((up >> i) & 1u);
        other_sum += static_cast<int>(to);
        other += std::pow(static_cast<double>(numbers[i]) - to, 2);
      }
      if (other_sum == sum) REQUIRE(error <= other + 1e-4);
    }
  }
}

}  // namespace
}  // namespace bitdown::kernels

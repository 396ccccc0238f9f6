// SPDX-License-Identifier: MIT
#include "schema/standard_input.h"

#include <cmath>

#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

TEST_CASE("the standard input never changes: blobs rely on it") {
  constexpr float kFirst[] = {-0.5456790924072266f, 1.3277616500854492f, -1.7662360668182373f,
                              -1.2516868114471436f};
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(schema::standard_input(i) == kFirst[i]);
}

TEST_CASE("the standard input is noise, evenly spread over [-2, 2)") {
  constexpr std::uint32_t kCount = 100'000;
  double sum = 0;
  double squares = 0;
  double neighbours = 0;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    const double value = static_cast<double>(schema::standard_input(i));
    REQUIRE(value >= -2);
    REQUIRE(value < 2);
    sum += value;
    squares += value * value;
    neighbours += value * static_cast<double>(schema::standard_input(i + 1));
  }
  CHECK(std::abs(sum / kCount) < 0.02);
  CHECK(squares / kCount == doctest::Approx(4.0 / 3).epsilon(0.02));
  CHECK(std::abs(neighbours / kCount) < 0.02);
}

}  // namespace
}  // namespace bitdown::tests

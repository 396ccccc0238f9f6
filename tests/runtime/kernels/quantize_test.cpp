// SPDX-License-Identifier: MIT
#include "kernels/quantize/quantize.h"

#include <limits>
#include <vector>

#include "doctest/doctest.h"

TEST_CASE("numbers round to the nearest even step and stay on the grid") {
  using bitdown::kernels::quantize;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> x = {0.0f,  0.25f, 0.75f,  -0.25f,    -0.75f,     2.0f,
                                -2.0f, 1e30f, -1e30f, kInfinity, -kInfinity, kNan};
  std::vector<std::uint8_t> q(x.size());
  quantize(x, {0.5f, 10}, q.data());
  CHECK(q == std::vector<std::uint8_t>{10, 10, 12, 10, 8, 14, 6, 255, 0, 255, 0, 0});
  quantize(x, {0.5f, 0}, q.data());
  CHECK(q == std::vector<std::uint8_t>{0, 0, 2, 0, 0, 4, 0, 255, 0, 255, 0, 0});
}

// SPDX-License-Identifier: MIT
#include "kernels/half/half.h"

#include <cmath>
#include <limits>

#include "doctest/doctest.h"

using bitdown::kernels::float_to_half;
using bitdown::kernels::half_to_float;

namespace {

// From the definition of binary16.
double half_value(std::uint32_t bits) {
  const double sign = (bits & 0x8000u) != 0 ? -1.0 : 1.0;
  const int exponent = static_cast<int>(bits >> 10 & 31u);
  const double fraction = (bits & 1023u) / 1024.0;
  if (exponent == 31) {
    return fraction != 0.0 ? std::numeric_limits<double>::quiet_NaN()
                           : sign * std::numeric_limits<double>::infinity();
  }
  return exponent == 0 ? sign * std::ldexp(fraction, -14)
                       : sign * std::ldexp(1.0 + fraction, exponent - 15);
}

}  // namespace

TEST_CASE("every half converts exactly and back") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = half_to_float(half);
    const double expected = half_value(bits);
    if (std::isnan(expected)) {
      REQUIRE(std::isnan(value));
      REQUIRE(std::isnan(half_to_float(float_to_half(value))));
    } else {
      REQUIRE(static_cast<double>(value) == expected);
      REQUIRE(std::signbit(value) == std::signbit(expected));
      REQUIRE(float_to_half(value) == half);
    }
  }
}

TEST_CASE("floats round to the nearest half, ties to even") {
  for (std::uint32_t bits = 0; bits < 0x7bffu; ++bits) {
    const double low = half_value(bits);
    const double high = half_value(bits + 1);
    const auto middle = static_cast<float>((low + high) / 2);
    const std::uint32_t even = bits % 2 == 0 ? bits : bits + 1;
    REQUIRE(float_to_half(middle) == even);
    REQUIRE(float_to_half(std::nextafter(middle, 0.0f)) == bits);
    REQUIRE(float_to_half(std::nextafter(middle, 1e9f)) == bits + 1);
  }
  CHECK(float_to_half(65519.0f) == 0x7bff);
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(-1e30f) == 0xfc00);
  CHECK(float_to_half(1e-30f) == 0);
}

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

namespace bitdown::kernels {

/// FloatPeak::run from the formula; equal to it to the bit where the products are exact.
inline void float_peak_reference(std::span<float> state, float factor, std::uint64_t rounds) {
  for (float& x : state) {
    for (std::uint64_t round = 0; round < rounds; ++round) x = x * factor + x;
  }
}

/// Int8Peak::run from the formula; equal to it to the bit.
inline void int8_peak_reference(std::span<std::int32_t> state, std::uint32_t products, int weight,
                                int column, std::uint64_t rounds) {
  for (std::int32_t& x : state) {
    for (std::uint64_t i = 0; i < rounds * products; ++i) x += weight * column;
  }
}

}  // namespace bitdown::kernels

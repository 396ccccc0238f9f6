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

}  // namespace bitdown::kernels

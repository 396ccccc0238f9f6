// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

namespace bitdown::kernels {

/// IEEE 754 binary16 to binary32; exact for every input, subnormals, infinities and NaN included.
/// The half's exponent is rebased by a multiplication, which also normalises subnormals.
inline float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000u) << 16;
  const std::uint32_t magnitude = static_cast<std::uint32_t>(half & 0x7fffu) << 13;
  const float rebased = std::bit_cast<float>(magnitude) * 0x1p112f;
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(rebased);
  // Infinity and NaN arrive as exponent 31 + 112; force the exponent to all ones.
  const std::uint32_t special = (half & 0x7c00u) == 0x7c00u ? 0x7f800000u : 0u;
  return std::bit_cast<float>(bits | special | sign);
}

/// Binary32 to binary16, rounded to nearest even; overflow becomes infinity, NaN stays NaN.
inline std::uint16_t float_to_half(float value) {
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(value);
  const std::uint16_t sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u);
  if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x38800000u) {  // Subnormal: adding 0.5 aligns the last bit and rounds.
    const float aligned = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(aligned) - 0x3f000000u));
  }
  const std::uint32_t odd = (magnitude >> 13) & 1u;
  return static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000u + 0xfffu + odd) >> 13));
}

}  // namespace bitdown::kernels

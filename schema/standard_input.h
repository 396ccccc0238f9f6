// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace bitdown::schema {

/// Number `index` of the standard input, for self-tests that need no photograph and no room in the
/// blob (README.md): noise, evenly spread over [-2, 2), the same bits on every machine.
constexpr float standard_input(std::uint32_t index) {
  std::uint32_t bits = (index + 1) * 0x9e3779b1u;
  bits = (bits ^ bits >> 15) * 0x85ebca77u;
  bits ^= bits >> 13;
  return static_cast<float>(bits >> 8) * 0x1p-22f - 2.0f;
}

}  // namespace bitdown::schema

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

// Codes as they lie in the blob, one at a time. For the files of this folder.
namespace bitdown::kernels {

struct ByteCodes {
  const std::uint8_t* low;
  std::size_t operator[](std::size_t i) const { return low[i]; }
};

struct SplitCodes {
  const std::uint8_t* low;
  const std::uint8_t* high;
  std::uint32_t bits;  // Per code in the high plane, 1 to 8.

  std::size_t operator[](std::size_t i) const {
    const std::size_t bit = i * bits;
    const std::uint32_t shift = bit % 8;
    std::uint32_t window = high[bit / 8];
    // The next byte only when the code reaches into it: the plane may end here.
    if (shift + bits > 8) window |= static_cast<std::uint32_t>(high[bit / 8 + 1]) << 8;
    const std::uint32_t mask = (1u << bits) - 1;
    return low[i] | static_cast<std::size_t>((window >> shift) & mask) << 8;
  }
};

}  // namespace bitdown::kernels

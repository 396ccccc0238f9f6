// SPDX-License-Identifier: MIT
#include "kernels/quantize/quantize.h"

#include <bit>

namespace bitdown::kernels {

void quantize(std::span<const float> x, const Quantization& grid, std::uint8_t* q) {
  const float inverse = 1.0f / grid.step;
  const auto low = static_cast<float>(-grid.zero);
  const auto high = static_cast<float>(255 - grid.zero);
  for (std::size_t i = 0; i < x.size(); ++i) {
    float t = x[i] * inverse;
    t = t > low ? t : low;  // Takes NaN to the low end.
    t = t < high ? t : high;
    // Adding 1.5 * 2^23 rounds to nearest even and leaves the integer in the low bits.
    const auto rounded = std::bit_cast<std::uint32_t>(t + 0x1.8p23f);
    q[i] = static_cast<std::uint8_t>(rounded + static_cast<std::uint32_t>(grid.zero));
  }
}

}  // namespace bitdown::kernels

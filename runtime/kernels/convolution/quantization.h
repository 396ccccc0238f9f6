// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace bitdown::kernels {

/// The grid of 8-bit activations: real = step * (q - zero).
struct Quantization {
  float step = 1.0f;
  std::int32_t zero = 0;
};

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "kernels/convolution/quantization.h"

namespace bitdown::kernels {

/// q[i] = round to nearest even(x[i] * (1 / step)) + zero, clamped to [0, 255]; NaN becomes 0. The
/// same bits on every machine.
void quantize(std::span<const float> x, const Quantization& grid, std::uint8_t* q);

}  // namespace bitdown::kernels

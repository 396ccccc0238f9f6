// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/im2col/im2col.h"

namespace bitdown::kernels {

/// y[c][oy][ox] = max of x[c] over the window at (oy, ox), cut at the borders; planar x and y,
/// padding below the kernel size. `scratch`: max_pool_scratch() bytes.
/// T: float or std::uint8_t.
template <typename T>
void max_pool(const Window& window, const T* x, T* y, std::byte* scratch);
template <typename T>
std::size_t max_pool_scratch(const Window& window) {
  return (std::size_t{window.width} + 32) * sizeof(T);  // Vectors reach beyond.
}

/// y[c] = mean of the `plane` values of x[c]; planar x.
void global_average_pool(const float* x, std::size_t channels, std::size_t plane, float* y);

/// The same over 8-bit x, where real = step * (q - zero).
void global_average_pool(const std::uint8_t* x, std::size_t channels, std::size_t plane, float step,
                         std::int32_t zero, float* y);

/// The same two over interleaved x and y, (height, width, channels): what XNNPACK's operators use.
void max_pool_interleaved(const Window& window, const float* x, float* y);
void global_average_pool_interleaved(const float* x, std::size_t channels, std::size_t plane,
                                     float* y);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/im2col/im2col.h"

namespace bitdown::kernels {

/// im2col[k][p] from the formula, one element: the judge of im2col_line().
template <typename T>
T im2col_reference(const Window& w, const T* x, std::uint32_t k, std::uint32_t p, T zero) {
  const std::uint32_t c = k / (w.kernel_h * w.kernel_w);
  const std::uint32_t ky = k / w.kernel_w % w.kernel_h;
  const std::uint32_t kx = k % w.kernel_w;
  const std::int64_t y = std::int64_t{p / w.out_width} * w.stride_h - w.padding_h + ky;
  const std::int64_t column = std::int64_t{p % w.out_width} * w.stride_w - w.padding_w + kx;
  if (y < 0 || column < 0 || y >= w.height || column >= w.width) return zero;
  return x[c * w.plane() + static_cast<std::size_t>(y * w.width + column)];
}

}  // namespace bitdown::kernels

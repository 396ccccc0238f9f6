// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

/// Gathers the inputs of a convolution: for weight column k = (c * kernel_h + ky) * kernel_w + kx
/// and output position p = oy * out_width + ox,
///
///   im2col[k][p] = x[c][oy * stride_h - padding_h + ky][ox * stride_w - padding_w + kx]  or 0
///   outside.
namespace bitdown::kernels {

/// Geometry of a convolution or pooling window over planar (channels, height, width).
struct Window {
  std::uint32_t channels = 0;
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint32_t kernel_h = 1;
  std::uint32_t kernel_w = 1;
  std::uint32_t stride_h = 1;
  std::uint32_t stride_w = 1;
  std::uint32_t padding_h = 0;
  std::uint32_t padding_w = 0;
  std::uint32_t out_height = 0;
  std::uint32_t out_width = 0;

  std::size_t plane() const { return std::size_t{height} * width; }
  std::uint32_t positions() const { return out_height * out_width; }
  /// 1x1 of stride 1 without padding: the inputs of a position lie where it does.
  bool pointwise() const {
    return kernel_h == 1 && kernel_w == 1 && stride_h == 1 && stride_w == 1 && padding_h == 0 &&
           padding_w == 0;
  }
};

/// Outputs [begin, end) of a row.
struct OutputSpan {
  std::int64_t begin;
  std::int64_t end;
};

/// Those i of [0, count) that read inside a row: 0 <= x + i * stride < width; may be empty.
inline OutputSpan inside(std::int64_t x, std::int64_t stride, std::int64_t width,
                         std::int64_t count) {
  const std::int64_t begin = x >= 0 ? 0 : std::min((stride - 1 - x) / stride, count);
  const std::int64_t end =
      x >= width ? begin : std::clamp((width - x + stride - 1) / stride, begin, count);
  return {begin, end};
}

/// Row k of im2col for positions [first, first + count), with `zero` outside the input. Returns a
/// pointer to them: into `x` when they lie there contiguously, else `line` (count elements), which
/// then has been filled. T: float or std::uint8_t.
template <typename T>
const T* im2col_line(const Window& window, const T* x, std::uint32_t k, std::uint32_t first,
                     std::uint32_t count, T zero, T* line);

}  // namespace bitdown::kernels

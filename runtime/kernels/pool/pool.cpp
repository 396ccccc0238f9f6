// SPDX-License-Identifier: MIT
#include "kernels/pool/pool.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace bitdown::kernels {
namespace {

// The part of a window that lies inside an axis: [begin, end), never empty since padding < kernel.
struct Range {
  std::uint32_t begin;
  std::uint32_t end;
};

Range clip(std::uint32_t out, std::uint32_t stride, std::uint32_t padding, std::uint32_t kernel,
           std::uint32_t size) {
  const std::int64_t start = std::int64_t{out} * stride - padding;
  return {static_cast<std::uint32_t>(std::max<std::int64_t>(start, 0)),
          static_cast<std::uint32_t>(std::min<std::int64_t>(start + kernel, size))};
}

template <typename T>
void max_into(T* to, const T* from, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) to[i] = from[i] > to[i] ? from[i] : to[i];
}

// to[i] = max(to[i], from[i * stride]); the usual stride at compile time, so that it vectorizes.
template <typename T>
void max_strided(T* to, const T* from, std::size_t stride, std::size_t count) {
  if (stride == 2) {
    for (std::size_t i = 0; i < count; ++i) to[i] = from[2 * i] > to[i] ? from[2 * i] : to[i];
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = from[i * stride] > to[i] ? from[i * stride] : to[i];
    }
  }
}

// One output row of the window's columns over `line`, tap by tap. Every output has a tap inside.
template <typename T>
void max_along(const Window& w, const T* line, T* y) {
  using Limits = std::numeric_limits<T>;
  std::fill(y, y + w.out_width, Limits::has_infinity ? -Limits::infinity() : Limits::lowest());
  for (std::uint32_t kx = 0; kx < w.kernel_w; ++kx) {
    const std::int64_t x = std::int64_t{kx} - w.padding_w;
    const auto [begin, end] = inside(x, w.stride_w, w.width, w.out_width);
    if (end <= begin) continue;
    max_strided(y + begin, line + (x + begin * w.stride_w), w.stride_w,
                static_cast<std::size_t>(end - begin));
  }
}

}  // namespace

// Down the columns first, a whole row at a time, which vectorizes; then along the one row left.
template <typename T>
void max_pool(const Window& w, const T* x, T* y, std::byte* scratch) {
  T* const line = reinterpret_cast<T*>(scratch);
  for (std::uint32_t c = 0; c < w.channels; ++c, x += w.plane()) {
    for (std::uint32_t oy = 0; oy < w.out_height; ++oy) {
      const Range rows = clip(oy, w.stride_h, w.padding_h, w.kernel_h, w.height);
      const T* row = x + std::size_t{rows.begin} * w.width;
      std::copy(row, row + w.width, line);
      for (std::uint32_t r = rows.begin + 1; r < rows.end; ++r) {
        row += w.width;
        max_into(line, row, w.width);
      }
      max_along(w, line, y);
      y += w.out_width;
    }
  }
}

template void max_pool(const Window&, const float*, float*, std::byte*);
template void max_pool(const Window&, const std::uint8_t*, std::uint8_t*, std::byte*);

void max_pool_interleaved(const Window& w, const float* x, float* y) {
  const std::size_t channels = w.channels;
  for (std::uint32_t oy = 0; oy < w.out_height; ++oy) {
    const Range rows = clip(oy, w.stride_h, w.padding_h, w.kernel_h, w.height);
    for (std::uint32_t ox = 0; ox < w.out_width; ++ox, y += channels) {
      const Range columns = clip(ox, w.stride_w, w.padding_w, w.kernel_w, w.width);
      const float* start = x + (std::size_t{rows.begin} * w.width + columns.begin) * channels;
      std::copy(start, start + channels, y);
      for (std::uint32_t r = rows.begin; r < rows.end; ++r) {
        for (std::uint32_t column = columns.begin; column < columns.end; ++column) {
          max_into(y, x + (std::size_t{r} * w.width + column) * channels, channels);
        }
      }
    }
  }
}

void global_average_pool(const float* x, std::size_t channels, std::size_t plane, float* y) {
  for (std::size_t c = 0; c < channels; ++c, x += plane) {
    float sum = 0.0f;
    for (std::size_t i = 0; i < plane; ++i) sum += x[i];
    y[c] = sum / static_cast<float>(plane);
  }
}

void global_average_pool(const std::uint8_t* x, std::size_t channels, std::size_t plane, float step,
                         std::int32_t zero, float* y) {
  for (std::size_t c = 0; c < channels; ++c, x += plane) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < plane; ++i) sum += x[i];
    const float mean = static_cast<float>(sum) / static_cast<float>(plane);
    y[c] = step * (mean - static_cast<float>(zero));
  }
}

void global_average_pool_interleaved(const float* x, std::size_t channels, std::size_t plane,
                                     float* y) {
  std::fill(y, y + channels, 0.0f);
  for (std::size_t i = 0; i < plane; ++i, x += channels) {
    for (std::size_t c = 0; c < channels; ++c) y[c] += x[c];
  }
  for (std::size_t c = 0; c < channels; ++c) y[c] /= static_cast<float>(plane);
}

}  // namespace bitdown::kernels

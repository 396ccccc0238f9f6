// SPDX-License-Identifier: MIT
#include "kernels/pool/pool.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
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

// 8-bit 3x3 windows of stride 2, as most networks have: sixteen at a time; the last step goes back
// to end with the row. Compilers find no vectors in the loops above for rows this short.
using Bytes [[gnu::vector_size(16)]] = std::uint8_t;
constexpr std::uint32_t kStep = sizeof(Bytes);

bool three_by_two(const Window& w) {
  return w.kernel_h == 3 && w.kernel_w == 3 && w.stride_h == 2 && w.stride_w == 2 &&
         w.padding_w <= 1 && w.out_width >= kStep;
}

Bytes load(const std::uint8_t* from) {
  Bytes bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return bytes;
}

void store(std::uint8_t* to, Bytes bytes) {
  std::memcpy(to, &bytes, sizeof bytes);
}

Bytes larger(Bytes a, Bytes b) {
  return a > b ? a : b;
}

// The first, third, ... of 32 bytes.
Bytes every_second(const std::uint8_t* from) {
  return __builtin_shufflevector(load(from), load(from + kStep), 0, 2, 4, 6, 8, 10, 12, 14, 16, 18,
                                 20, 22, 24, 26, 28, 30);
}

// Calls step(i) for blocks [i, i + kStep) that cover [0, count), count >= kStep.
template <typename Step>
void in_steps(std::uint32_t count, const Step& step) {
  for (std::uint32_t i = 0; i + kStep < count; i += kStep) step(i);
  step(count - kStep);
}

// `line`: the larger of three rows, with its neighbour repeated where a tap falls outside.
void max_three_by_two(const Window& w, const std::uint8_t* x, std::uint8_t* y, std::uint8_t* line) {
  for (std::uint32_t oy = 0; oy < w.out_height; ++oy, y += w.out_width) {
    const Range rows = clip(oy, 2, w.padding_h, 3, w.height);
    const std::uint8_t* const a = x + std::size_t{rows.begin} * w.width;
    const std::uint8_t* const c = x + (std::size_t{rows.end} - 1) * w.width;
    const std::uint8_t* const b = rows.end - rows.begin == 1 ? a : a + w.width;
    std::uint8_t* const inner = line + w.padding_w;
    in_steps(w.width, [=](std::uint32_t i) {
      store(inner + i, larger(larger(load(a + i), load(b + i)), load(c + i)));
    });
    line[0] = inner[0];
    inner[w.width] = inner[w.width - 1];
    in_steps(w.out_width, [=](std::uint32_t i) {
      const std::uint8_t* const from = line + std::size_t{2} * i;
      const Bytes pair = larger(every_second(from), every_second(from + 1));
      store(y + i, larger(pair, every_second(from + 2)));
    });
  }
}

}  // namespace

// Down the columns first, a whole row at a time, which vectorizes; then along the one row left.
template <typename T>
void max_pool(const Window& w, const T* x, T* y, std::byte* scratch) {
  T* const line = reinterpret_cast<T*>(scratch);
  for (std::uint32_t c = 0; c < w.channels; ++c, x += w.plane()) {
    if constexpr (sizeof(T) == 1) {
      if (three_by_two(w)) {
        max_three_by_two(w, x, y, line);
        y += w.positions();
        continue;
      }
    }
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

// SPDX-License-Identifier: MIT
#include "kernels/im2col/im2col.h"

#include <algorithm>
#include <cstring>

namespace bitdown::kernels {
namespace {

// 64 bits on every machine: what is mixed with the unsigned 32 bits of a window stays signed.
using Signed = std::int64_t;

// One kernel tap over one channel: output (oy, ox) reads (oy * stride_h + dy, ox * stride_w + dx).
template <typename T>
struct Tap {
  const T* plane;
  Signed dy;
  Signed dx;
  T zero;
};

// The output is as large as the input and the stride 1: position p reads p + dy * width + dx, save
// at the edges. So copy everything at once and clear the edges.
template <typename T>
void shifted_copy(const Window& w, const Tap<T>& tap, std::uint32_t first, std::uint32_t count,
                  T* line) {
  const Signed width = w.width;
  const Signed shift = tap.dy * width + tap.dx;
  const Signed plane = static_cast<Signed>(w.plane());
  const Signed begin = first;
  const Signed end = begin + count;
  const Signed lo = std::clamp(-shift, begin, end);
  const Signed hi = std::clamp(plane - shift, lo, end);
  std::fill(line, line + (lo - begin), tap.zero);
  std::memcpy(line + (lo - begin), tap.plane + (lo + shift),
              static_cast<std::size_t>(hi - lo) * sizeof(T));
  std::fill(line + (hi - begin), line + count, tap.zero);
  // Columns that read across the left or right edge.
  const Signed edge_begin = tap.dx < 0 ? 0 : width - tap.dx;
  const Signed edge_end = tap.dx < 0 ? -tap.dx : width;
  for (Signed row = begin / width * width; edge_begin < edge_end && row < end; row += width) {
    const Signed from = std::max(row + edge_begin, begin);
    const Signed to = std::min(row + edge_end, end);
    for (Signed p = from; p < to; ++p) line[p - begin] = tap.zero;
  }
}

// out[i] = from[i * stride]; strides of most networks at compile time, so that the loop vectorizes.
template <typename T>
void gather(const T* from, Signed stride, Signed count, T* out) {
  if (stride == 1) {
    std::memcpy(out, from, static_cast<std::size_t>(count) * sizeof(T));
  } else if (stride == 2) {
    for (Signed i = 0; i < count; ++i) out[i] = from[2 * i];
  } else {
    for (Signed i = 0; i < count; ++i) out[i] = from[i * stride];
  }
}

// out[i] = row[x + i * stride] for i of `inside`, or zero.
template <typename T>
void copy_row(const T* row, Signed x, Signed stride, const OutputSpan& inside, T zero, Signed count,
              T* out) {
  const auto [begin, end] = inside;
  std::fill(out, out + begin, zero);
  if (end > begin) gather(row + x + begin * stride, stride, end - begin, out + begin);
  std::fill(out + end, out + count, zero);
}

// Any stride: row by row.
template <typename T>
void strided_copy(const Window& w, const Tap<T>& tap, std::uint32_t first, std::uint32_t count,
                  T* line) {
  const auto span_of = [&](std::uint32_t ox, std::uint32_t length) {
    return inside(static_cast<Signed>(ox) * w.stride_w + tap.dx, w.stride_w, w.width, length);
  };
  const OutputSpan whole = span_of(0, w.out_width);  // Once: divisions take longer than a row.
  std::uint32_t ox = first % w.out_width;
  Signed y = static_cast<Signed>(first / w.out_width) * w.stride_h + tap.dy;
  const T* const end = line + count;
  while (line < end) {
    const std::uint32_t segment =
        std::min<std::uint32_t>(w.out_width - ox, static_cast<std::uint32_t>(end - line));
    if (y >= 0 && y < static_cast<Signed>(w.height)) {
      copy_row(tap.plane + y * w.width, static_cast<Signed>(ox) * w.stride_w + tap.dx, w.stride_w,
               segment == w.out_width ? whole : span_of(ox, segment), tap.zero,
               static_cast<Signed>(segment), line);
    } else {
      std::fill(line, line + segment, tap.zero);
    }
    line += segment;
    ox = 0;
    y += w.stride_h;
  }
}

}  // namespace

template <typename T>
const T* im2col_line(const Window& w, const T* x, std::uint32_t k, std::uint32_t first,
                     std::uint32_t count, T zero, T* line) {
  const std::uint32_t kx = k % w.kernel_w;
  const std::uint32_t ky = k / w.kernel_w % w.kernel_h;
  const std::uint32_t channel = k / (w.kernel_w * w.kernel_h);
  const Tap<T> tap = {x + channel * w.plane(), static_cast<Signed>(ky) - w.padding_h,
                      static_cast<Signed>(kx) - w.padding_w, zero};
  const bool same_size =
      w.stride_h == 1 && w.stride_w == 1 && w.out_height == w.height && w.out_width == w.width;
  if (same_size && tap.dy == 0 && tap.dx == 0) return tap.plane + first;
  if (same_size) {
    shifted_copy(w, tap, first, count, line);
  } else {
    strided_copy(w, tap, first, count, line);
  }
  return line;
}

template const float* im2col_line(const Window&, const float*, std::uint32_t, std::uint32_t,
                                  std::uint32_t, float, float*);
template const std::uint8_t* im2col_line(const Window&, const std::uint8_t*, std::uint32_t,
                                         std::uint32_t, std::uint32_t, std::uint8_t, std::uint8_t*);

}  // namespace bitdown::kernels

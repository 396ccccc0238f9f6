// SPDX-License-Identifier: MIT
#include "kernels/im2col/columns.h"

#include <algorithm>
#include <cstring>

#include "aligned.h"

namespace bitdown::kernels {
namespace {

using Signed = std::int64_t;

constexpr std::uint32_t kParities = 4;  // Of rows and columns together.

std::uint32_t tap_count(const Window& w) {
  return w.kernel_h * w.kernel_w;
}

bool must_split(const Window& w) {
  return w.stride_h != 1 || w.stride_w != 1 || w.width != w.out_width;
}

// Neither input rows nor those of one parity are as long as the output's.
bool must_copy(const Window& w) {
  if (w.stride_h > 2 || w.stride_w > 2) return true;
  return must_split(w) && (w.width + w.stride_w - 1) / w.stride_w > w.out_width;
}

// An axis of a split channel: tap t reads element `shift` places on among those of one parity.
struct Step {
  Signed shift;
  std::uint32_t parity;
};

Step step_of(std::uint32_t tap, std::uint32_t padding, std::uint32_t stride) {
  const Signed at = static_cast<Signed>(tap) - padding;
  const Signed shift = at >= 0 ? at / stride : -((-at + stride - 1) / stride);
  return {shift, static_cast<std::uint32_t>(at - shift * stride)};
}

Signed lowest_shift(const Window& w) {
  return step_of(0, w.padding_h, w.stride_h).shift;
}

// Rows of one parity that `positions` outputs read, at most.
std::uint64_t split_rows(const Window& w, std::uint32_t positions) {
  const Signed shifts = step_of(w.kernel_h - 1, w.padding_h, w.stride_h).shift - lowest_shift(w);
  return (positions - 1) / w.out_width + 2 + static_cast<std::uint64_t>(shifts);
}

// Byte offsets of the parts of scratch.
struct Parts {
  std::uint64_t offsets, copies, copy_bytes, total;
  std::uint32_t slots;  // Copies that are alive: of rows, or of the channels that these span.
};

Parts parts_of(const Window& w, std::uint32_t positions, std::uint32_t tile) {
  const std::uint64_t tiles = (positions + tile - 1) / tile;
  const std::uint64_t taps = must_copy(w) ? 1 : std::uint64_t{w.kernel_h} * w.kernel_w;
  Parts parts = {};
  if (must_copy(w)) {
    parts.copy_bytes = align_up(positions);
    parts.slots = Columns::kAlive;
  } else if (must_split(w)) {
    parts.copy_bytes = align_up(kParities * split_rows(w, positions) * w.out_width);
    parts.slots =
        std::min<std::uint32_t>((Columns::kAlive - 2) / tap_count(w) + 2, Columns::kAlive);
  }
  parts.offsets = align_up(taps * tiles * sizeof(std::uint64_t));
  parts.copies = align_up(parts.offsets + taps * sizeof(Signed));
  parts.total = parts.copies + parts.slots * parts.copy_bytes;
  return parts;
}

// Sets bits [from, to) in masks of `tile` bits each.
void set_bits(std::uint64_t* masks, std::uint32_t tile, Signed from, Signed to) {
  while (from < to) {
    const Signed begin = from / tile * tile;
    const Signed end = std::min(to, begin + tile);
    masks[from / tile] |= (~std::uint64_t{0} >> (64 - (end - from))) << (from - begin);
    from = end;
  }
}

// Clears the bits outside of [from, to). Most tiles lie inside.
void keep_bits(std::uint64_t* masks, std::uint32_t tile, std::uint32_t tiles, Signed from,
               Signed to) {
  Signed begin = 0;
  for (std::uint32_t t = 0; t < tiles; ++t, begin += tile) {
    if (from <= begin && begin + tile <= to) continue;
    std::uint64_t kept = 0;
    set_bits(&kept, tile, std::clamp<Signed>(from - begin, 0, tile),
             std::clamp<Signed>(to - begin, 0, tile));
    masks[t] &= kept;
  }
}

using Eight [[gnu::vector_size(8)]] = std::uint8_t;
using Sixteen [[gnu::vector_size(16)]] = std::uint8_t;

// Splits `count` pairs of bytes, by vectors whose last one goes back to end with the row.
void split_pairs(const std::uint8_t* from, std::uint32_t count, std::uint8_t* even,
                 std::uint8_t* odd) {
  constexpr std::uint32_t kStep = sizeof(Eight);
  if (count < kStep) {
    for (std::uint32_t i = 0; i < count; ++i) {
      even[i] = from[std::size_t{2} * i];
      odd[i] = from[std::size_t{2} * i + 1];
    }
    return;
  }
  const auto step = [=](std::uint32_t i) {
    Sixteen all;
    std::memcpy(&all, from + std::size_t{2} * i, sizeof all);
    const Eight first = __builtin_shufflevector(all, all, 0, 2, 4, 6, 8, 10, 12, 14);
    const Eight second = __builtin_shufflevector(all, all, 1, 3, 5, 7, 9, 11, 13, 15);
    std::memcpy(even + i, &first, sizeof first);
    std::memcpy(odd + i, &second, sizeof second);
  };
  for (std::uint32_t i = 0; i + kStep < count; i += kStep) step(i);
  step(count - kStep);
}

// A row's columns of either parity, or with a stride of 1 all of them; of an odd width the last
// even column is one more. `odd` is written even where no tap reads it.
void split_row(const std::uint8_t* row, std::uint32_t width, std::uint32_t stride,
               std::uint8_t* even, std::uint8_t* odd) {
  if (stride == 1) {
    std::memcpy(even, row, width);
    return;
  }
  split_pairs(row, width / 2, even, odd);
  if (width % 2 != 0) even[width / 2] = row[width - 1];
}

}  // namespace

std::uint64_t Columns::scratch(const Window& window, std::uint32_t positions, std::uint32_t tile) {
  return parts_of(window, positions, tile).total;
}

Columns::Columns(const Window& window, const std::uint8_t* x, std::uint8_t zero,
                 std::uint32_t first, std::uint32_t positions, std::uint32_t tile,
                 std::byte* scratch)
    : window_(window),
      x_(x),
      zero_(zero),
      first_(first),
      positions_(positions),
      tile_(tile),
      tiles_((positions + tile - 1) / tile),
      split_(must_split(window) && !must_copy(window)),
      copied_(must_copy(window)),
      inside_(reinterpret_cast<std::uint64_t*>(scratch)),
      offsets_(reinterpret_cast<Signed*>(scratch + parts_of(window, positions, tile).offsets)),
      copies_(reinterpret_cast<std::uint8_t*>(scratch + parts_of(window, positions, tile).copies)),
      copy_bytes_(static_cast<std::size_t>(parts_of(window, positions, tile).copy_bytes)),
      slots_(parts_of(window, positions, tile).slots) {
  readable_ = split_ || copied_ ? std::span(copies_, slots_ * copy_bytes_)
                                : std::span(x_, window.channels * window.plane());
  if (copied_) {
    std::fill(inside_, inside_ + tiles_, std::uint64_t{0});
    set_bits(inside_, tile_, 0, positions_);
    return;
  }
  if (split_) {
    const std::uint32_t last = (first + positions - 1) / window.out_width;
    first_row_ = first / window.out_width + lowest_shift(window);
    rows_ = last + step_of(window.kernel_h - 1, window.padding_h, window.stride_h).shift -
            first_row_ + 1;
  }
  set_taps();
  mark_inside();
}

void Columns::set_taps() {
  const Signed width = window_.out_width;
  Signed* offset = offsets_;
  for (std::uint32_t ky = 0; ky < window_.kernel_h; ++ky) {
    const Step y = step_of(ky, window_.padding_h, window_.stride_h);
    for (std::uint32_t kx = 0; kx < window_.kernel_w; ++kx) {
      const Step x = step_of(kx, window_.padding_w, window_.stride_w);
      const std::uint32_t parity = 2 * y.parity + x.parity;
      parities_ |= 1u << parity;
      *offset++ = (parity * rows_ + y.shift - first_row_) * width + first_ + x.shift;
    }
  }
}

// A tap is inside for some columns of each output row, and for a run of output rows.
void Columns::mark_inside() {
  const Window& w = window_;
  const Signed width = w.out_width;
  const Signed end = Signed{first_} + positions_;
  const auto clipped = [&](Signed position) {
    return std::clamp<Signed>(position, first_, end) - first_;
  };
  std::fill(inside_, inside_ + std::size_t{w.kernel_w} * tiles_, std::uint64_t{0});
  for (std::uint32_t kx = 0; kx < w.kernel_w; ++kx) {
    const auto [left, right] = inside(Signed{kx} - w.padding_w, w.stride_w, w.width, width);
    for (Signed row = first_ / width * width; row < end; row += width) {
      set_bits(inside_ + std::size_t{kx} * tiles_, tile_, clipped(row + left),
               clipped(row + right));
    }
  }
  // From the last row of taps on, since all are made from the masks in the place of the first.
  for (std::uint32_t ky = w.kernel_h; ky-- > 0;) {
    const auto [top, bottom] = inside(Signed{ky} - w.padding_h, w.stride_h, w.height, w.out_height);
    for (std::uint32_t kx = 0; kx < w.kernel_w; ++kx) {
      const std::uint64_t* const columns = inside_ + std::size_t{kx} * tiles_;
      std::uint64_t* const tap = inside_ + (std::size_t{ky} * w.kernel_w + kx) * tiles_;
      if (tap != columns) std::copy(columns, columns + tiles_, tap);
      keep_bits(tap, tile_, tiles_, clipped(top * width), clipped(bottom * width));
    }
  }
}

void Columns::next(Int8Line* rows, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) rows[i] = next();
}

Int8Line Columns::next() {
  if (copied_) return copied();
  if (tap_ == 0) enter_channel();
  const Int8Line row = {data_ + offsets_[tap_], inside_ + std::size_t{tap_} * tiles_};
  if (tap_ + 1 < tap_count(window_)) {
    ++tap_;
  } else if (channel_ + 1 < window_.channels) {
    ++channel_;
    tap_ = 0;
  }
  return row;
}

Int8Line Columns::copied() {
  const std::uint32_t k = channel_;  // Rows are counted, not channels.
  if (k + 1 < window_.channels * tap_count(window_)) ++channel_;
  std::uint8_t* const line = copies_ + k % slots_ * copy_bytes_;
  return {im2col_line(window_, x_, k, first_, positions_, zero_, line), inside_};
}

void Columns::enter_channel() {
  const std::uint8_t* const plane = x_ + channel_ * window_.plane();
  if (!split_) {
    data_ = plane;
    return;
  }
  std::uint8_t* const copy = copies_ + channel_ % slots_ * copy_bytes_;
  split(plane, copy);
  data_ = copy;
}

void Columns::split(const std::uint8_t* plane, std::uint8_t* copy) const {
  const Window& w = window_;
  const Signed size = rows_ * w.out_width;  // Of one parity.
  for (std::uint32_t odd_rows = 0; odd_rows < w.stride_h; ++odd_rows) {
    if ((parities_ >> (2 * odd_rows) & 3) == 0) continue;
    std::uint8_t* even = copy + odd_rows * 2 * size;
    for (Signed row = 0; row < rows_; ++row, even += w.out_width) {
      const Signed y = (first_row_ + row) * w.stride_h + odd_rows;
      if (y < 0 || y >= w.height) continue;
      split_row(plane + y * w.width, w.width, w.stride_w, even, even + size);
    }
  }
}

}  // namespace bitdown::kernels

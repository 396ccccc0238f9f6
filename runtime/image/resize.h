// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "bitdown/status.h"

namespace bitdown {

/// Antialiased bilinear interpolation along one axis, with the arithmetic of PIL's resize: output
/// pixel i of `target` has its centre at c = (i + 0.5) * s, s = source / target, and averages the
/// source pixels x with the triangle max(0, 1 - |x + 0.5 - c| / max(s, 1)), normalised to sum 1.
/// Weights are rounded to kWeightBits fractional bits.
class ResizeAxis {
 public:
  static constexpr int kWeightBits = 22;

  /// Output pixel i is the sum of weights[k] * source pixel (first + k).
  struct Taps {
    std::uint32_t first = 0;
    std::span<const std::int32_t> weights;
  };

  /// Plans the outputs [begin, begin + count) of `target` only. `source` >= 1, `count` >= 1 and
  /// begin + count <= target. Fails with kOutOfMemory.
  static Result<ResizeAxis> create(std::uint32_t source, std::uint64_t target, std::uint64_t begin,
                                   std::uint32_t count);

  std::uint32_t count() const { return count_; }
  /// Of output begin + i, i < count(). Valid as long as this object.
  Taps taps(std::uint32_t i) const {
    return {ranges_[i].first, {weights_.get() + i * max_taps_, ranges_[i].taps}};
  }
  /// The source pixels [source_begin, source_end) that the planned outputs read.
  std::uint32_t source_begin() const { return ranges_[0].first; }
  std::uint32_t source_end() const { return ranges_[count_ - 1].first + ranges_[count_ - 1].taps; }

 private:
  struct Range {
    std::uint32_t first;
    std::uint32_t taps;
  };
  ResizeAxis() = default;

  std::uint32_t count_ = 0;
  std::size_t max_taps_ = 0;
  std::unique_ptr<Range[]> ranges_;
  std::unique_ptr<std::int32_t[]> weights_;
};

/// Both of these work on interleaved pixels and round their result to 8 bits.
/// output[channels * i + c] for i < axis.count(), from one row of source pixels. 1 or 3 channels.
void resize_row(const std::uint8_t* source, std::uint32_t channels, const ResizeAxis& axis,
                std::uint8_t* output);

/// One output row of `bytes` bytes: the weighted sum of rows `first_row`, `first_row + stride`, ...
void blend_rows(const std::uint8_t* first_row, std::size_t stride,
                std::span<const std::int32_t> weights, std::size_t bytes, std::uint8_t* output);

}  // namespace bitdown

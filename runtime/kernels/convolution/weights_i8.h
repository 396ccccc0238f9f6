// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/weights/weights.h"

/// A layer's weights on integer grids, w = step * q with q in [-127, 127], made once for all runs:
/// the versions of a codebook and which of them each row takes, never the rows; of dense weights
/// the rows, each on its own grid, a byte a weight.
namespace bitdown::kernels {

/// Bytes of 64-byte aligned memory that prepare_weights_i8() fills for this kernel.
std::uint64_t weights_i8_bytes(const WeightMatrix& weights, const Int8Kernel& kernel);

/// The same bits on every machine, but for the kernel's width of a number.
void prepare_weights_i8(const WeightMatrix& weights, const Int8Kernel& kernel, std::byte* prepared);

/// Reads prepared weights. T: std::int8_t or std::int16_t, the element of the kernel's words.
template <typename T>
class WeightReaderI8 {
 public:
  WeightReaderI8(const WeightMatrix& weights, const std::byte* prepared);

  /// The grid of this row.
  float step(std::uint32_t row) const;
  /// Writes range.rows = 1 row of q into `out`.
  void read(const WeightRange& range, T* out) const;

 private:
  const WeightMatrix& weights_;
  const float* steps_;           // Of each version, or of each dense row.
  const std::uint8_t* choices_;  // The version of each row.
  const T* versions_;            // Behind one another.
  const std::int8_t* dense_rows_;
};

}  // namespace bitdown::kernels

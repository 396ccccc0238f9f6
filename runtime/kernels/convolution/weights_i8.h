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

/// Where prepared weights lie, in the memory that they were prepared in.
struct WeightsI8 {
  const float* steps = nullptr;            ///< Of each version, or of each dense row.
  const std::uint8_t* versions = nullptr;  ///< That of each row; null for dense weights.
  const void* numbers = nullptr;  ///< Versions behind one another, as wide as the kernel's numbers;
                                  ///< or dense rows of std::int8_t.

  /// All rows expanded, in words of the kernel, or null; with zeros up to whole words and up to
  /// whole kernel.rows.
  const std::byte* rows = nullptr;

  /// The grid of a row.
  float step(std::uint32_t row) const { return steps[versions != nullptr ? versions[row] : row]; }
};

/// Bytes of 64-byte aligned memory that prepare_weights_i8() fills for this kernel.
std::uint64_t weights_i8_bytes(const WeightMatrix& weights, const Int8Kernel& kernel);

/// The same bits on every machine, but for the kernel's width of a number.
WeightsI8 prepare_weights_i8(const WeightMatrix& weights, const Int8Kernel& kernel,
                             std::byte* memory);

/// Bytes of 64-byte aligned memory that expand_weights_i8() fills.
std::uint64_t expanded_i8_bytes(const WeightMatrix& weights, const Int8Kernel& kernel);

/// Expands all rows of prepared weights for this kernel.
void expand_weights_i8(const WeightMatrix& weights, const Int8Kernel& kernel, WeightsI8& prepared,
                       std::byte* memory);

/// Writes a row of q into `out`. T: std::int8_t or std::int16_t, the element of the kernel's words.
template <typename T>
void read_weights_i8(const WeightMatrix& weights, const WeightsI8& prepared, std::uint32_t row,
                     T* out);

/// The same, quicker; kCodewordSlack bytes behind it may be overwritten.
template <typename T>
void decode_row_i8(const WeightMatrix& weights, const WeightsI8& prepared, const Int8Kernel& kernel,
                   std::uint32_t row, T* out);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/convolution/convolution_i8.h"
#include "kernels/table/table.h"

/// A layer's weights as tables want them, made once for all runs. The codebook has one step for the
/// whole layer, 127 of which are its largest number, and each codeword c the finest grid that it
/// fits of step / 2^finer[c]: a table's rows are shifted one by one anyhow. Rounding keeps the sums
/// of codewords (weights/rounding.h).
namespace bitdown::kernels {

constexpr std::uint32_t kTableFinest = 8;  ///< Largest `finer`.

struct TableWeights {
  /// q: round(value / step * 2^finer[c]), in the kernel's numbers; table_codeword_stride() from
  /// codeword to codeword, filled up with 0.
  const void* codebook = nullptr;
  /// shift + finer[c].
  const std::uint8_t* shifts = nullptr;
  /// The epilogue of each row for sums of tables.
  const RowFinish* finish = nullptr;
  float step = 1.0f;
  /// The smallest with, for every row o and every eight blocks from a multiple of eight on,
  ///   (sum of m[code(o, b)] / 2^finer[code(o, b)] + 8 * 2^(shift - 1)) >> shift <= 32767
  /// where m[c] = 128 * sum over e of |q[c][e]|: no product of the codeword with x - 128 is larger.
  std::uint32_t shift = 0;
};

/// Bytes of 64-byte aligned memory that prepare_table_weights() fills.
std::uint64_t table_weights_bytes(const WeightMatrix& weights, const TableKernel& kernel);

/// can_use_table(args.weights) holds. The same bits on every machine, but for the kernel's numbers.
TableWeights prepare_table_weights(const Int8ConvolutionArgs& args, const TableKernel& kernel,
                                   std::byte* memory);

}  // namespace bitdown::kernels

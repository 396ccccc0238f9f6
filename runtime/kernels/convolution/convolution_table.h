// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/convolution/convolution_i8.h"
#include "kernels/convolution/share.h"
#include "kernels/table/table.h"

/// The convolution of convolution_i8.h by tables (kernels/table/table.h) instead of products, for
/// layers whose codes are bytes. The exact sum of products is replaced by
///
///   sum = 2^shift * (sum over blocks b of T_b[code(o, b)][p]) - blocks / 2
///
/// where each T is rounded to multiples of 2^shift, halves up; the last term removes the mean of
/// that rounding, half a unit of the exact sum a block. The rest of the formula is the same.
///
/// The codebook has one grid for the whole layer, kTableLargest steps to its largest number: 12
/// bits cost a table no more than 8 would, since its products are computed in int16 pairs anyhow.
///
/// Blocks are added eight at a time in int16 and then in int32. `shift` is the smallest for which
/// no sum of eight can leave int16, whatever the inputs are. A shift for which the
/// sum over all blocks cannot leave int16 would be 5 to 6 bits larger and its rounding as large as
/// a tenth of the output's deviation; one chosen from typical inputs would wrap around on others.
namespace bitdown::kernels {

constexpr std::int32_t kTableLargest = 2047;

/// Codes are bytes and blocks have at most kTableMaxBlock columns.
bool can_use_table(const WeightMatrix& weights);

/// Whether tables of a share of `rows` have all `entries` codewords, not just those that occur:
/// from about twice as many rows on, looking for the few absent ones costs more than their
/// products.
bool table_builds_all(std::uint32_t rows, std::uint32_t entries);

/// A layer's weights as tables want them, made once for all runs. The same bits on every machine.
struct TableWeights {
  /// round(value / step) of each number, table_codeword_stride() from codeword to codeword, filled
  /// up with 0.
  const std::int16_t* codebook = nullptr;
  float step = 1.0f;
  /// The smallest with, for every row o and every eight blocks from a multiple of eight on,
  ///   (sum of m[code(o, b)] + 8 * 2^(shift - 1)) >> shift <= 32767
  /// where m[c] = 255 * max(sum of positive, -sum of negative numbers of codeword c): the largest
  /// magnitude that a product of the codeword with inputs in [0, 255] has.
  std::uint32_t shift = 0;
};

/// Bytes of 64-byte aligned memory that prepare_table_weights() fills.
std::uint64_t table_weights_bytes(const WeightMatrix& weights);

/// The codebook points into `memory`. can_use_table() holds.
TableWeights prepare_table_weights(const WeightMatrix& weights, std::byte* memory);

/// Bytes of 64-byte aligned scratch that convolution_table() needs, for any share.
std::uint64_t convolution_table_scratch(const Int8ConvolutionArgs& args, const TableKernel& table);

/// Computes the outputs of `share`: table_range(). `weights`: prepared from args.weights; the
/// epilogue is that of `int8`. Threads may compute the shares side by side, each in scratch of its
/// own.
void convolution_table(const Int8ConvolutionArgs& args, const TableWeights& weights,
                       const TableKernel& table, const Int8Kernel& int8, std::byte* scratch,
                       Share share = {});

}  // namespace bitdown::kernels

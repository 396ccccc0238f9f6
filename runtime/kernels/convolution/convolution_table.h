// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/convolution/convolution_i8.h"
#include "kernels/convolution/share.h"
#include "kernels/convolution/weights_table.h"
#include "kernels/table/table.h"

/// The convolution of convolution_i8.h by tables (kernels/table/table.h) instead of products, for
/// layers whose codes are bytes. The exact sum of products is replaced by
///
///   sum = 2^shift * (sum over blocks b of T_b[code(o, b)][p])
///         + 128 * (sum of the weights of row o) - (sum over b of 2^-finer[code(o, b)]) / 2
///
/// in steps of the layer's codebook (weights_table.h), where each T is of x - 128 and rounded to
/// multiples of 2^shift, halves up; the last term removes the mean of that rounding, half a unit of
/// the exact sum a block. The rest of the formula is the same.
///
/// Blocks are added eight at a time in int16 and then in int32. `shift` is the smallest for which
/// no sum of eight can leave int16, whatever the inputs are. A shift for which the
/// sum over all blocks cannot leave int16 would be 5 to 6 bits larger and its rounding as large as
/// a tenth of the output's deviation; one chosen from typical inputs would wrap around on others.
namespace bitdown::kernels {

/// Codes are bytes and blocks have at most kTableMaxBlock columns.
bool can_use_table(const WeightMatrix& weights);

/// Whether tables of a share of `rows` have all `entries` codewords, not just those that occur:
/// from about twice as many rows on, looking for the few absent ones costs more than their
/// products.
bool table_builds_all(std::uint32_t rows, std::uint32_t entries);

/// Bytes of 64-byte aligned scratch that convolution_table() needs, for any share.
std::uint64_t convolution_table_scratch(const Int8ConvolutionArgs& args, const TableKernel& table);

/// Computes the outputs of `share`: table_range(). `weights`: prepared from args for the
/// same kernel; the epilogue is run by `int8`. Threads may compute the shares side by side, each in
/// scratch of its own.
void convolution_table(const Int8ConvolutionArgs& args, const TableWeights& weights,
                       const TableKernel& table, const Int8Kernel& int8, std::byte* scratch,
                       Share share = {});

}  // namespace bitdown::kernels

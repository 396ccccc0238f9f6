// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/weights/weights.h"

namespace bitdown::kernels {

/// A linear layer straight from its codes, where the tiles of a GEMM would be all but empty:
///
///   sums[o - row] = sum over b of codebook[code(o, b)] . x[b * d .. b * d + d)
///
/// for `rows` rows from `row` on. `codebook`: expand_codebook(). The order of the additions is the
/// same on every machine.
void matrix_vector(const WeightMatrix& weights, const float* codebook, const float* x,
                   std::uint32_t row, std::uint32_t rows, float* sums);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/convolution/convolution_i8.h"
#include "kernels/gemm_i8/gemm_i8.h"

// The epilogue of exact sums, by the formula of convolution_i8.h.
namespace bitdown::kernels {

/// That of output row `row`. `weight_step`: of the row's quantized weights; `offset`: what its sums
/// have too much, x.zero times the sum of these weights.
RowFinish row_finish(const Int8ConvolutionArgs& args, std::uint32_t row, float weight_step,
                     float offset);

/// Bytes of 64-byte aligned memory for that of all rows.
std::uint64_t row_finishes_bytes(const Int8ConvolutionArgs& args, const Int8Kernel& kernel);

/// That of all rows, for args.prepared, made once for all runs.
const RowFinish* prepare_row_finishes(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                                      std::byte* memory);

/// Those from output (row, position) on; `row` is that of args.finish.
Int8Outputs outputs_from(const Int8ConvolutionArgs& args, std::uint32_t row,
                         std::uint32_t position);

}  // namespace bitdown::kernels

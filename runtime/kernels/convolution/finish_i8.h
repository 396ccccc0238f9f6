// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/convolution/convolution_i8.h"
#include "kernels/gemm_i8/gemm_i8.h"

namespace bitdown::kernels {

/// The epilogue of output row `row` for exact sums, by the formula of convolution_i8.h; the caller
/// sets c, residual, out and positions. `weight_step`: of the row's quantized weights;
/// `weight_sum`: their sum, any number where x has no zero point.
Int8FinishArgs make_finish(const Int8ConvolutionArgs& args, std::uint32_t row, float weight_step,
                           std::int64_t weight_sum);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/generic.h"
#include "kernels/gemm_i8/isa.h"
#include "kernels/simd/neon_i8.h"

namespace bitdown::kernels {

// 12 accumulators, 6 columns, the weights and products in flight of 32 registers: with 16
// accumulators GCC 12 spills.
constinit const Int8Kernel kInt8Neon = make_int8_kernel<NeonInt8, 2, 6>("neon", kIsaNeon);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/generic.h"
#include "kernels/gemm_i8/isa.h"
#include "kernels/simd/neon_i8.h"

namespace bitdown::kernels {

// 16 accumulators, 2 columns and the weights in flight of 32 registers.
constinit const Int8Kernel kInt8Neon = make_int8_kernel<NeonInt8, 8, 2>("neon", kIsaNeon);

}  // namespace bitdown::kernels

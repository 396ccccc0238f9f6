// SPDX-License-Identifier: MIT
#include "kernels/simd/neon.h"
#include "kernels/gemm/generic.h"
#include "kernels/gemm/isa.h"

namespace bitdown::kernels {

// 16 accumulators, 2 columns and the weights in flight of 32 registers.
constinit const GemmKernel kGemmNeon = make_gemm_kernel<Neon, 8, 2>("neon", kIsaNeon);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/simd/neon.h"
#include "kernels/gemm/generic.h"
#include "kernels/gemm/isa.h"

namespace bitdown::kernels {

// 16 accumulators, 8 loads of weights and 2 columns of 32 registers.
constinit const GemmKernel kGemmNeon = make_gemm_kernel<Neon, 8, 2>("neon", kIsaNeon);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/simd/avx512.h"
#include "kernels/gemm/generic.h"
#include "kernels/gemm/isa.h"

namespace bitdown::kernels {

// 24 accumulators, 3 columns and 1 weight of 32 registers.
constinit const GemmKernel kGemmAvx512 = make_gemm_kernel<Avx512, 8, 3>("avx512", kIsaAvx512);

}  // namespace bitdown::kernels

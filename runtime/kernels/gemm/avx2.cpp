// SPDX-License-Identifier: MIT
#include "kernels/simd/avx2.h"
#include "kernels/gemm/generic.h"
#include "kernels/gemm/isa.h"

namespace bitdown::kernels {

// 12 accumulators, 3 columns and 1 weight: all 16 registers.
constinit const GemmKernel kGemmAvx2 = make_gemm_kernel<Avx2, 4, 3>("avx2", kIsaAvx2);

}  // namespace bitdown::kernels

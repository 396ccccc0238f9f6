// SPDX-License-Identifier: MIT
#include "kernels/simd/portable.h"
#include "kernels/gemm/generic.h"
#include "kernels/gemm/isa.h"

namespace bitdown::kernels {

// 8 accumulators, 2 columns, 1 weight and a product in 16 registers.
constinit const GemmKernel kGemmPortable =
    make_gemm_kernel<Portable, 4, 2>("portable", kIsaPortable);

}  // namespace bitdown::kernels

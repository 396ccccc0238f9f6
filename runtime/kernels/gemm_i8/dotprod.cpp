// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/generic.h"
#include "kernels/gemm_i8/isa.h"
#include "kernels/simd/dotprod_i8.h"

namespace bitdown::kernels {

// 16 accumulators, 8 loads of weights and 2 columns of 32 registers.
constinit const Int8Kernel kInt8Dotprod =
    make_int8_kernel<DotprodInt8, 8, 2>("dotprod", kIsaNeon | kIsaDotprod);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/generic.h"
#include "kernels/gemm_i8/isa.h"
#include "kernels/simd/avx2_i8.h"

namespace bitdown::kernels {

// 12 accumulators, 2 columns, a weight and a product.
constinit const Int8Kernel kInt8Avx2 = make_int8_kernel<Avx2Int8, 6, 2>("avx2", kIsaAvx2);

}  // namespace bitdown::kernels

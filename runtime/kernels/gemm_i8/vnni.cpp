// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/coded.h"
#include "kernels/gemm_i8/generic.h"
#include "kernels/gemm_i8/isa.h"
#include "kernels/simd/vnni_i8.h"

namespace bitdown::kernels {

// 24 accumulators, 3 columns and 1 weight of 32 registers.
constinit const Int8Kernel kInt8Vnni = make_int8_kernel<VnniInt8, 8, 3>(
    "vnni", kIsaAvx512 | kIsaVnni, multiply_coded<VnniInt8, 8, 3>, StoresLanes<VnniInt8>);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/generic.h"
#include "kernels/gemm_i8/isa.h"
#include "kernels/simd/avxvnni_i8.h"

namespace bitdown::kernels {

// 12 accumulators, 2 columns and a weight of 16 registers.
constinit const Int8Kernel kInt8AvxVnni =
    make_int8_kernel<AvxVnniInt8, 6, 2>("avxvnni", kIsaAvx2 | kIsaAvxVnni);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/simd/avx512.h"
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"
#include "kernels/simd/avx2_i8.h"

namespace bitdown::kernels {

// Two units of latency 4; 32 registers. Without VNNI the 8-bit kernels are those of AVX2.
constinit const PeakKernel kPeakAvx512 =
    make_peak_kernel<Avx512, 12, Avx2Int8, 12>("avx512", kIsaAvx512);

}  // namespace bitdown::kernels

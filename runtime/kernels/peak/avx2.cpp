// SPDX-License-Identifier: MIT
#include "kernels/simd/avx2.h"
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"
#include "kernels/simd/avx2_i8.h"

namespace bitdown::kernels {

// Two units of latency 4 or 5; 16 registers, of which integer products need some for a moment.
constinit const PeakKernel kPeakAvx2 = make_peak_kernel<Avx2, 12, Avx2Int8, 12>("avx2", kIsaAvx2);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/simd/avx512.h"
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"

namespace bitdown::kernels {

// Two units of latency 4; 32 registers.
constinit const PeakKernel kPeakAvx512 = make_peak_kernel<Avx512, 12>("avx512", kIsaAvx512);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"
#include "kernels/simd/dotprod_i8.h"
#include "kernels/simd/neon.h"

namespace bitdown::kernels {

// Two units of latency 4 to 7; 32 registers.
constinit const PeakKernel kPeakDotprod =
    make_peak_kernel<Neon, 16, DotprodInt8, 16>("dotprod", kIsaNeon | kIsaDotprod);

}  // namespace bitdown::kernels

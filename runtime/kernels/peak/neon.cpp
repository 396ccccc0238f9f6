// SPDX-License-Identifier: MIT
#include "kernels/simd/neon.h"
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"
#include "kernels/simd/neon_i8.h"

namespace bitdown::kernels {

// Two units of latency 4 to 7; 32 registers. Integer products need some of them for a moment.
constinit const PeakKernel kPeakNeon = make_peak_kernel<Neon, 16, NeonInt8, 12>("neon", kIsaNeon);

}  // namespace bitdown::kernels

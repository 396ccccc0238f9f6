// SPDX-License-Identifier: MIT
#include "kernels/simd/neon.h"
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"

namespace bitdown::kernels {

// Two units of latency 4 to 7; 32 registers.
constinit const PeakKernel kPeakNeon = make_peak_kernel<Neon, 16>("neon", kIsaNeon);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/simd/neon.h"
#include "kernels/winograd/generic.h"
#include "kernels/winograd/isa.h"

namespace bitdown::kernels {

// 20 accumulators, 5 tiles and 1 codeword of 32 registers.
constinit const WinogradKernel kWinogradNeon = make_winograd_kernel<Neon, 4, 5>("neon", kIsaNeon);

}  // namespace bitdown::kernels

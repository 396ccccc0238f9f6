// SPDX-License-Identifier: MIT
#include "kernels/simd/avx2.h"
#include "kernels/winograd/generic.h"
#include "kernels/winograd/isa.h"

namespace bitdown::kernels {

// 12 accumulators, 3 tiles and 1 codeword: all 16 registers.
constinit const WinogradKernel kWinogradAvx2 = make_winograd_kernel<Avx2, 4, 3>("avx2", kIsaAvx2);

}  // namespace bitdown::kernels

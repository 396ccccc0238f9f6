// SPDX-License-Identifier: MIT
#include "kernels/simd/avx512.h"
#include "kernels/winograd/generic.h"
#include "kernels/winograd/isa.h"

namespace bitdown::kernels {

// 24 accumulators, 4 tiles and 1 codeword of 32 registers.
constinit const WinogradKernel kWinogradAvx512 =
    make_winograd_kernel<Avx512, 6, 4>("avx512", kIsaAvx512);

}  // namespace bitdown::kernels

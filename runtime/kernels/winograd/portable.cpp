// SPDX-License-Identifier: MIT
#include "kernels/simd/portable.h"
#include "kernels/winograd/generic.h"
#include "kernels/winograd/isa.h"

namespace bitdown::kernels {

// 8 accumulators, 2 tiles, 1 codeword and a product in 16 registers.
constinit const WinogradKernel kWinogradPortable =
    make_winograd_kernel<Portable, 4, 2>("portable", kIsaPortable);

}  // namespace bitdown::kernels

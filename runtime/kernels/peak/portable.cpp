// SPDX-License-Identifier: MIT
#include "kernels/simd/portable.h"
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"

namespace bitdown::kernels {

// The product of each chain needs a register for a moment; 16 registers.
constinit const PeakKernel kPeakPortable = make_peak_kernel<Portable, 12>("portable", kIsaPortable);

}  // namespace bitdown::kernels

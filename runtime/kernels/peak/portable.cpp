// SPDX-License-Identifier: MIT
#include "kernels/simd/portable.h"
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"
#include "kernels/simd/portable_i8.h"

namespace bitdown::kernels {

// The product of each chain of floats needs a register for a moment; 16 registers. Compilers find
// no vectors of integers here: what they make instead is fastest with two chains.
constinit const PeakKernel kPeakPortable =
    make_peak_kernel<Portable, 12, PortableInt8, 2>("portable", kIsaPortable);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/generic.h"
#include "kernels/gemm_i8/isa.h"
#include "kernels/simd/portable_i8.h"

namespace bitdown::kernels {

// Few accumulators: whatever the baseline's registers are, they suffice.
constinit const Int8Kernel kInt8Portable =
    make_int8_kernel<PortableInt8, 2, 2>("portable", kIsaPortable);

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/simd/neon_i16.h"
#include "kernels/simd/neon_i8.h"
#include "kernels/table/generic.h"
#include "kernels/table/isa.h"

namespace bitdown::kernels {

// A row of T is a cache line; building holds 16 sums of 32 registers.
constinit const TableKernel kTableNeon =
    make_table_kernel<NeonInt16<NeonInt8>, 4, 1>("neon", kIsaNeon);

}  // namespace bitdown::kernels

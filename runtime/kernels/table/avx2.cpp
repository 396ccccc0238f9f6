// SPDX-License-Identifier: MIT
#include "kernels/simd/avx2_i16.h"
#include "kernels/table/generic.h"
#include "kernels/table/isa.h"

namespace bitdown::kernels {

// A row of T is a cache line; building holds 8 sums, 4 columns, 2 weights of 16 registers.
constinit const TableKernel kTableAvx2 = make_table_kernel<Avx2Int16, 2, 2>("avx2", kIsaAvx2);

}  // namespace bitdown::kernels

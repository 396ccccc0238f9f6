// SPDX-License-Identifier: MIT
#include "kernels/simd/avx512_i16.h"
#include "kernels/table/generic.h"
#include "kernels/table/isa.h"

namespace bitdown::kernels {

// One vector is a row of T and a cache line.
constinit const TableKernel kTableAvx512 =
    make_table_kernel<Avx512Int16, 1, 2>("avx512", kIsaAvx512);

}  // namespace bitdown::kernels

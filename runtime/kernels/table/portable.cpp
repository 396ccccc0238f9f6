// SPDX-License-Identifier: MIT
#include "kernels/simd/portable_i16.h"
#include "kernels/table/generic.h"
#include "kernels/table/isa.h"

namespace bitdown::kernels {

// 32 positions, as on the vector ISAs: a row of T is a cache line.
constinit const TableKernel kTablePortable =
    make_table_kernel<PortableInt16, 4, 2>("portable", kIsaPortable);

}  // namespace bitdown::kernels

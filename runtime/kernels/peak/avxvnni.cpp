// SPDX-License-Identifier: MIT
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"
#include "kernels/simd/avx2.h"
#include "kernels/simd/avxvnni_i8.h"

namespace bitdown::kernels {

// Two units of latency 4 or 5; 16 registers.
constinit const PeakKernel kPeakAvxVnni =
    make_peak_kernel<Avx2, 12, AvxVnniInt8, 12>("avxvnni", kIsaAvx2 | kIsaAvxVnni);

}  // namespace bitdown::kernels

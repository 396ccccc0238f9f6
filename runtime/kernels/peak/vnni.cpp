// SPDX-License-Identifier: MIT
#include "kernels/peak/generic.h"
#include "kernels/peak/isa.h"
#include "kernels/simd/avx512.h"
#include "kernels/simd/vnni_i8.h"

namespace bitdown::kernels {

// Two units of latency 4 or 5; 32 registers.
constinit const PeakKernel kPeakVnni =
    make_peak_kernel<Avx512, 12, VnniInt8, 12>("vnni", kIsaAvx512 | kIsaVnni);

}  // namespace bitdown::kernels

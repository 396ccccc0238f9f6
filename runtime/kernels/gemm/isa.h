// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/gemm/gemm.h"

// The one symbol that each ISA file of this family exports.
namespace bitdown::kernels {

extern const GemmKernel kGemmPortable;
#if defined(__x86_64__)
extern const GemmKernel kGemmAvx2;
extern const GemmKernel kGemmAvx512;
#elif defined(__aarch64__)
extern const GemmKernel kGemmNeon;
#endif

}  // namespace bitdown::kernels

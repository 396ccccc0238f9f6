// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/gemm_i8/gemm_i8.h"

// The one symbol that each ISA file of this family exports.
namespace bitdown::kernels {

extern const Int8Kernel kInt8Portable;
#if defined(__x86_64__)
extern const Int8Kernel kInt8Avx2;
extern const Int8Kernel kInt8AvxVnni;
extern const Int8Kernel kInt8Vnni;
#elif defined(__aarch64__)
extern const Int8Kernel kInt8Neon;
extern const Int8Kernel kInt8Dotprod;
#endif

}  // namespace bitdown::kernels

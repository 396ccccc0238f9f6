// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/gemm_i8.h"

#include "kernels/gemm_i8/isa.h"
#include "kernels/simd/select.h"

namespace bitdown::kernels {
namespace {

constexpr const Int8Kernel* kKernels[] = {
#if defined(__x86_64__)
    &kInt8Vnni,
    &kInt8AvxVnni,
    &kInt8Avx2,
#elif defined(__aarch64__)
    &kInt8Dotprod,
    &kInt8Neon,
#endif
    &kInt8Portable,
};

}  // namespace

std::span<const Int8Kernel* const> int8_kernels() {
  return kKernels;
}

const Int8Kernel& select_int8(IsaSet isa) {
  return select_kernel<Int8Kernel>(kKernels, isa);
}

}  // namespace bitdown::kernels

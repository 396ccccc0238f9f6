// SPDX-License-Identifier: MIT
#include "kernels/gemm/gemm.h"

#include "kernels/gemm/isa.h"
#include "kernels/simd/select.h"

namespace bitdown::kernels {
namespace {

constexpr const GemmKernel* kKernels[] = {
#if defined(__x86_64__)
    &kGemmAvx512,
    &kGemmAvx2,
#elif defined(__aarch64__)
    &kGemmNeon,
#endif
    &kGemmPortable,
};

}  // namespace

std::span<const GemmKernel* const> gemm_kernels() {
  return kKernels;
}

const GemmKernel& select_gemm(IsaSet isa) {
  return select_kernel<GemmKernel>(kKernels, isa);
}

}  // namespace bitdown::kernels

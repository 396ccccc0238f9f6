// SPDX-License-Identifier: MIT
#include "kernels/gemm/gemm.h"

#include "kernels/gemm/isa.h"

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
  for (const GemmKernel* kernel : kKernels) {
    if ((isa & kernel->required) == kernel->required) return *kernel;
  }
  return kGemmPortable;  // Requires nothing, so the loop has found it.
}

}  // namespace bitdown::kernels

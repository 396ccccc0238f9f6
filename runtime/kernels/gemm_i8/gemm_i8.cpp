// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/gemm_i8.h"

#include "kernels/gemm_i8/isa.h"

namespace bitdown::kernels {
namespace {

constexpr const Int8Kernel* kKernels[] = {
#if defined(__x86_64__)
    &kInt8Vnni,
    &kInt8Avx2,
#elif defined(__aarch64__)
    &kInt8Neon,
#endif
    &kInt8Portable,
};

}  // namespace

std::span<const Int8Kernel* const> int8_kernels() {
  return kKernels;
}

const Int8Kernel& select_int8(IsaSet isa) {
  for (const Int8Kernel* kernel : kKernels) {
    if ((isa & kernel->required) == kernel->required) return *kernel;
  }
  return kInt8Portable;  // Requires nothing, so the loop has found it.
}

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/winograd/winograd.h"

#include "kernels/simd/select.h"
#include "kernels/winograd/isa.h"

namespace bitdown::kernels {
namespace {

constexpr const WinogradKernel* kKernels[] = {
#if defined(__x86_64__)
    &kWinogradAvx512,
    &kWinogradAvx2,
#elif defined(__aarch64__)
    &kWinogradNeon,
#endif
    &kWinogradPortable,
};

}  // namespace

std::span<const WinogradKernel* const> winograd_kernels() {
  return kKernels;
}

const WinogradKernel& select_winograd(IsaSet isa) {
  return select_kernel<WinogradKernel>(kKernels, isa);
}

}  // namespace bitdown::kernels

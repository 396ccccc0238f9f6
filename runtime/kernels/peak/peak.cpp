// SPDX-License-Identifier: MIT
#include "kernels/peak/peak.h"

#include "kernels/peak/isa.h"
#include "kernels/simd/select.h"

namespace bitdown::kernels {
namespace {

constexpr const PeakKernel* kKernels[] = {
#if defined(__x86_64__)
    &kPeakVnni,     &kPeakAvx512, &kPeakAvxVnni, &kPeakAvx2,
#elif defined(__aarch64__)
    &kPeakDotprod,
    &kPeakNeon,
#endif
    &kPeakPortable,
};

}  // namespace

std::span<const PeakKernel* const> peak_kernels() {
  return kKernels;
}

const PeakKernel& select_peak(IsaSet isa) {
  return select_kernel<PeakKernel>(kKernels, isa);
}

}  // namespace bitdown::kernels

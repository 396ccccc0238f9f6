// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/peak/peak.h"

// The one symbol that each ISA file of this family exports.
namespace bitdown::kernels {

extern const PeakKernel kPeakPortable;
#if defined(__x86_64__)
extern const PeakKernel kPeakAvx2;
extern const PeakKernel kPeakAvxVnni;
extern const PeakKernel kPeakAvx512;
extern const PeakKernel kPeakVnni;
#elif defined(__aarch64__)
extern const PeakKernel kPeakNeon;
extern const PeakKernel kPeakDotprod;
#endif

}  // namespace bitdown::kernels

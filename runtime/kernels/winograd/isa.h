// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/winograd/winograd.h"

// The one symbol that each ISA file of this family exports.
namespace bitdown::kernels {

extern const WinogradKernel kWinogradPortable;
#if defined(__x86_64__)
extern const WinogradKernel kWinogradAvx2;
extern const WinogradKernel kWinogradAvx512;
#elif defined(__aarch64__)
extern const WinogradKernel kWinogradNeon;
#endif

}  // namespace bitdown::kernels

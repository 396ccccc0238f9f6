// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/table/table.h"

// The one symbol that each ISA file of this family exports.
namespace bitdown::kernels {

extern const TableKernel kTablePortable;
#if defined(__x86_64__)
extern const TableKernel kTableAvx2;
extern const TableKernel kTableAvx512;
#elif defined(__aarch64__)
extern const TableKernel kTableNeon;
extern const TableKernel kTableDotprod;
#endif

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/table/table.h"

#include "kernels/simd/select.h"
#include "kernels/table/isa.h"

namespace bitdown::kernels {
namespace {

constexpr const TableKernel* kKernels[] = {
#if defined(__x86_64__)
    &kTableAvx512,
    &kTableAvx2,
#elif defined(__aarch64__)
    &kTableDotprod,
    &kTableNeon,
#endif
    &kTablePortable,
};

}  // namespace

std::span<const TableKernel* const> table_kernels() {
  return kKernels;
}

const TableKernel& select_table(IsaSet isa) {
  return select_kernel<TableKernel>(kKernels, isa);
}

}  // namespace bitdown::kernels

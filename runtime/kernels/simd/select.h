// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "cpu.h"

namespace bitdown::kernels {

/// True when a CPU with `isa` can run `kernel`, an entry of any family's table.
template <typename Kernel>
bool can_run(const Kernel& kernel, IsaSet isa) {
  return (isa & kernel.required) == kernel.required;
}

/// The first kernel of `table` that `isa` can run. The last one requires nothing. Pure.
template <typename Kernel>
const Kernel& select_kernel(std::span<const Kernel* const> table, IsaSet isa) {
  for (const Kernel* kernel : table) {
    if (can_run(*kernel, isa)) return *kernel;
  }
  return *table.back();
}

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/value_table.h"
#include "kernels/im2col/im2col.h"
#include "ops/workspace.h"

namespace bitdown {

struct MaxPoolStep {
  kernels::Window window;
  Layout layout = Layout::kPlanar;  ///< Of x and y.
  bool eight_bit = false;           ///< x and y are std::uint8_t, on the same grid; else float.
  const void* x = nullptr;
  void* y = nullptr;
};

std::uint64_t scratch_bytes(const MaxPoolStep& step);
const char* algorithm(const MaxPoolStep& step);
std::uint64_t macs(const MaxPoolStep& step);
void run(const MaxPoolStep& step, const Workspace& workspace);

}  // namespace bitdown

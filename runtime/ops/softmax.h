// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "ops/workspace.h"

namespace bitdown {

struct SoftmaxStep {
  std::size_t count = 0;
  const float* x = nullptr;
  float* y = nullptr;
};

std::uint64_t scratch_bytes(const SoftmaxStep& step);
const char* algorithm(const SoftmaxStep& step);
std::uint64_t macs(const SoftmaxStep& step);
void run(const SoftmaxStep& step, const Workspace& workspace);

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/value_table.h"
#include "ops/workspace.h"

namespace bitdown {

struct GlobalAveragePoolStep {
  std::size_t channels = 0;
  std::size_t plane = 0;            ///< Positions a channel.
  Layout layout = Layout::kPlanar;  ///< Of x.
  Element element;                  ///< Of x.
  const void* x = nullptr;
  float* y = nullptr;
};

std::uint64_t scratch_bytes(const GlobalAveragePoolStep& step);
const char* algorithm(const GlobalAveragePoolStep& step);
std::uint64_t macs(const GlobalAveragePoolStep& step);
void run(const GlobalAveragePoolStep& step, const Workspace& workspace);

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace bitdown {

/// One CPU number for each core that is worth a thread: of the CPUs this process may run on, those
/// with the largest capacity (the big cores of a big.LITTLE system), and one of each core's
/// hardware threads. Never empty; at most kMaxCores.
struct CoreList {
  static constexpr std::uint32_t kMaxCores = 64;
  std::uint16_t cpus[kMaxCores] = {};
  std::uint32_t count = 1;
};

/// Asks the system, each time anew. Linux: sysfs and the affinity mask; elsewhere one core.
CoreList big_cores();

}  // namespace bitdown

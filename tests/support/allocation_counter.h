// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace bitdown::tests {

/// Calls of malloc and its relatives, operator new included, in this process so far. Always 0 under
/// sanitizers, which have an allocator of their own: see counts_allocations().
std::size_t allocation_count();
bool counts_allocations();

}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include "core/memory_plan.h"

#include <algorithm>
#include <numeric>

#include "aligned.h"

namespace bitdown {
namespace {

bool alive_together(const PlannedBuffer& a, const PlannedBuffer& b) {
  return a.first <= b.last && b.first <= a.last;
}

bool disjoint(const PlannedBuffer& a, const PlannedBuffer& b) {
  return a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
}

}  // namespace

std::uint64_t plan_memory(std::span<PlannedBuffer> buffers, std::span<std::uint32_t> order) {
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return buffers[a].bytes != buffers[b].bytes ? buffers[a].bytes > buffers[b].bytes : a < b;
  });
  std::uint64_t arena = 0;
  // order[0, placed) is kept sorted by offset, so one walk finds the lowest gap.
  for (std::size_t placed = 0; placed < order.size(); ++placed) {
    const std::uint32_t id = order[placed];
    PlannedBuffer& buffer = buffers[id];
    std::uint64_t offset = 0;
    for (std::size_t i = 0; i < placed; ++i) {
      const PlannedBuffer& other = buffers[order[i]];
      if (other.bytes == 0 || !alive_together(buffer, other)) continue;
      if (offset + buffer.bytes <= other.offset) break;
      offset = std::max(offset, align_up(other.offset + other.bytes));
    }
    buffer.offset = offset;
    arena = std::max(arena, align_up(offset + buffer.bytes));
    const auto position = std::upper_bound(
        order.begin(), order.begin() + static_cast<std::ptrdiff_t>(placed), offset,
        [&](std::uint64_t value, std::uint32_t other) { return value < buffers[other].offset; });
    std::rotate(position, order.begin() + static_cast<std::ptrdiff_t>(placed),
                order.begin() + static_cast<std::ptrdiff_t>(placed) + 1);
  }
  return arena;
}

bool plan_is_valid(std::span<const PlannedBuffer> buffers, std::uint64_t arena_bytes) {
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    const PlannedBuffer& a = buffers[i];
    if (a.bytes == 0) continue;
    if (a.offset % kArenaAlignment != 0 || a.offset + a.bytes > arena_bytes) return false;
    for (std::size_t j = 0; j < i; ++j) {
      const PlannedBuffer& b = buffers[j];
      if (b.bytes != 0 && alive_together(a, b) && !disjoint(a, b)) return false;
    }
  }
  return true;
}

}  // namespace bitdown

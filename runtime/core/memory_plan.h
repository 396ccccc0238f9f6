// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

namespace bitdown {

/// A buffer that must hold its content from step `first` to step `last`, both inclusive.
struct PlannedBuffer {
  std::uint64_t bytes = 0;
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::uint64_t offset = 0;  ///< Result: aligned to kArenaAlignment.
};

/// Gives every buffer an offset such that buffers alive at the same step do not overlap, and
/// returns the arena's size. Greedy by size, as in TensorFlow Lite Micro: largest first, each at
/// the lowest free place; within a few percent of the best plan on chains with short-cuts. `order`
/// is working memory of the same length. Buffers of 0 bytes are ignored.
///
///   step     0    1    2    3
///   large  [=========]            offset 0
///   medium      [=========]       behind large
///   small            [=========]  offset 0 again: large has died
std::uint64_t plan_memory(std::span<PlannedBuffer> buffers, std::span<std::uint32_t> order);

/// True when `buffers` were planned without overlap within `arena_bytes`: a second look at offsets
/// that came from an untrusted blob's shapes.
bool plan_is_valid(std::span<const PlannedBuffer> buffers, std::uint64_t arena_bytes);

}  // namespace bitdown

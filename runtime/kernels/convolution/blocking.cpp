// SPDX-License-Identifier: MIT
#include "kernels/convolution/blocking.h"

#include <algorithm>
#include <numeric>

namespace bitdown::kernels {
namespace {

constexpr std::uint32_t kChunkBytes = 1024;     // Of a decoded row, about: tile + panel fit in L1.
constexpr std::uint32_t kGroup = 32;            // Output rows decoded at a time.
constexpr std::size_t kPackBytes = 256 * 1024;  // Packed B, unless kMinTiles need more.
constexpr std::uint32_t kMinTiles = 3;          // Each block of positions decodes all codes anew.

}  // namespace

Blocking make_blocking(const WeightMatrix& weights, std::uint32_t positions,
                       const PanelKernel& kernel) {
  Blocking b;
  const std::uint32_t granule = std::lcm(weights.granule(), kernel.word_k);
  const std::uint32_t chunk = kChunkBytes * kernel.word_k / kernel.word_bytes;
  b.chunk = std::min(weights.columns, std::max(chunk / granule, 1u) * granule);
  b.panel_stride = divide_up(b.chunk, kernel.word_k);
  b.group = divide_up(std::min(kGroup, weights.rows), kernel.rows) * kernel.rows;
  b.tile_stride = std::uint64_t{divide_up(weights.columns, kernel.word_k)} * kernel.tile;
  const std::uint64_t fitting = kPackBytes / (b.tile_stride * kernel.word_bytes);
  const auto tiles = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      divide_up(positions, kernel.tile), std::max<std::uint64_t>(fitting, kMinTiles)));
  b.block_positions = tiles * kernel.tile;
  b.packed = b.take(b.tile_stride * tiles * kernel.word_bytes);
  b.panel = b.take(std::uint64_t{b.group} * b.panel_stride * kernel.word_bytes);
  b.sums = b.take(std::uint64_t{b.group} * b.block_positions * sizeof(float));
  return b;
}

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/convolution/blocking.h"

#include <algorithm>
#include <numeric>

namespace bitdown::kernels {
namespace {

constexpr std::uint32_t kChunkBytes = 1024;  // Of a decoded row, about: tile + panel fit in L1.
constexpr std::uint32_t kGroup = 32;         // Output rows decoded at a time.
constexpr std::size_t kPanelBytes =
    32 * 1024;                        // Of whole rows, unless one of the kernel needs more.
constexpr std::uint32_t kStrip = 64;  // Positions, about.
// Packed B, unless so many tiles need more: each block of positions decodes all codes anew.
constexpr std::size_t kPackBytes[] = {256 * 1024, 512 * 1024};  // Without and with whole rows.
constexpr std::uint32_t kMinTiles[] = {3, 5};

// Columns and rows of a panel.
void cut_panel(const WeightMatrix& weights, const PanelKernel& kernel, bool whole_rows,
               Blocking& b) {
  if (whole_rows) {
    b.chunk = weights.columns;
    const std::size_t row = std::size_t{divide_up(b.chunk, kernel.word_k)} * kernel.word_bytes;
    const auto fitting = static_cast<std::uint32_t>(kPanelBytes / (row * kernel.rows));
    b.group = std::clamp(fitting, 1u, divide_up(weights.rows, kernel.rows)) * kernel.rows;
  } else {
    const std::uint32_t granule = std::lcm(weights.granule(), kernel.word_k);
    const std::uint32_t chunk = kChunkBytes * kernel.word_k / kernel.word_bytes;
    b.chunk = std::min(weights.columns, std::max(chunk / granule, 1u) * granule);
    b.group = divide_up(std::min(kGroup, weights.rows), kernel.rows) * kernel.rows;
  }
  b.panel_stride = divide_up(b.chunk, kernel.word_k);
}

}  // namespace

Blocking make_blocking(const WeightMatrix& weights, std::uint32_t positions,
                       const PanelKernel& kernel, bool whole_rows) {
  Blocking b;
  cut_panel(weights, kernel, whole_rows, b);
  b.tile_stride = std::uint64_t{divide_up(weights.columns, kernel.word_k)} * kernel.tile;
  const std::uint64_t fitting = kPackBytes[whole_rows] / (b.tile_stride * kernel.word_bytes);
  const auto tiles = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      divide_up(positions, kernel.tile), std::max<std::uint64_t>(fitting, kMinTiles[whole_rows])));
  b.block_positions = tiles * kernel.tile;
  b.strip = std::max(kStrip / kernel.tile, 1u) * kernel.tile;
  b.sums_stride = b.chunk < weights.columns ? std::max(b.block_positions, b.strip) : b.strip;
  b.packed = b.take(b.tile_stride * tiles * kernel.word_bytes);
  b.panel = b.take(std::uint64_t{b.group} * b.panel_stride * kernel.word_bytes + kPanelSlack);
  b.sums = b.take(std::uint64_t{b.group} * b.sums_stride * sizeof(float));
  return b;
}

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/convolution/share.h"

#include <algorithm>

namespace bitdown::kernels {
namespace {

constexpr std::uint32_t kManyTiles = 8;  // A share: at most one tile in eight is idle time.

OutputRange some_positions(std::uint32_t rows, Cut positions) {
  return {0, rows, positions.begin, positions.length};
}

OutputRange some_rows(Cut rows, std::uint32_t positions) {
  return {rows.begin, rows.length, 0, positions};
}

}  // namespace

Cut cut(std::uint32_t size, std::uint32_t unit, Share share) {
  const std::uint64_t units = (std::uint64_t{size} + unit - 1) / unit;
  const auto edge = [&](std::uint32_t index) {
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(units * index / share.count * unit, size));
  };
  return {edge(share.index), edge(share.index + 1) - edge(share.index)};
}

OutputRange output_range(std::uint32_t rows, std::uint32_t positions, const PanelKernel& kernel,
                         Share share) {
  const std::uint64_t tiles = (std::uint64_t{positions} + kernel.tile - 1) / kernel.tile;
  if (tiles >= std::uint64_t{kManyTiles} * share.count) {
    return some_positions(rows, cut(positions, kernel.tile, share));
  }
  return some_rows(cut(rows, kernel.rows, share), positions);
}

OutputRange table_range(std::uint32_t rows, std::uint32_t positions, std::uint32_t tile,
                        Share share, std::uint32_t row_unit) {
  const std::uint64_t tiles = (std::uint64_t{positions} + tile - 1) / tile;
  const std::uint64_t longest = (tiles + share.count - 1) / share.count;  // Share, in tiles.
  if (longest * share.count * 4 <= tiles * 5) {
    return some_positions(rows, cut(positions, tile, share));
  }
  return some_rows(cut(rows, row_unit, share), positions);
}

}  // namespace bitdown::kernels

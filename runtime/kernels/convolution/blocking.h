// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "aligned.h"
#include "kernels/im2col/im2col.h"
#include "kernels/panel/panel.h"
#include "kernels/weights/weights.h"

namespace bitdown::kernels {

/// How one layer is cut, and where its parts lie in scratch (byte offsets, 64-byte aligned).
struct Blocking {
  std::uint32_t chunk = 0;            ///< Columns of a decoded panel: whole blocks, whole words.
  std::uint32_t group = 0;            ///< Rows of a decoded panel, a multiple of the kernel's.
  std::uint32_t block_positions = 0;  ///< A multiple of the kernel's tile.
  std::uint32_t strip = 0;            ///< Positions multiplied and finished at a time: whole tiles.
  std::size_t sums_stride = 0;        ///< Of a row of sums: a strip where a panel has all columns.
  std::size_t panel_stride = 0;       ///< Words of a decoded row.
  std::uint64_t tile_stride = 0;      ///< Words of one packed tile: all columns.
  std::uint64_t packed = 0, panel = 0, sums = 0;
  std::uint64_t inputs = 0, few = 0, sums_few = 0, codebook = 0;  ///< A family's.
  std::uint64_t total = 0;  ///< Bytes of scratch; 64-bit, since shapes come from untrusted blobs.

  /// Room for another part.
  std::uint64_t take(std::uint64_t bytes) {
    const std::uint64_t begin = total;
    total = align_up(begin + bytes);
    return begin;
  }
};

constexpr std::uint32_t kPanelSlack = 64;  ///< Bytes behind a panel that decoding may overwrite.

/// `whole_rows`: a panel has all columns of as many rows as fit, rather than a part of many rows.
Blocking make_blocking(const WeightMatrix& weights, std::uint32_t positions,
                       const PanelKernel& kernel, bool whole_rows);

/// Multiply-adds of a layer: one for each weight and position, zeros of the padding included.
inline std::uint64_t convolution_macs(const WeightMatrix& weights, const Window& window) {
  return std::uint64_t{weights.rows} * weights.columns * window.positions();
}

constexpr std::uint32_t divide_up(std::uint32_t value, std::uint32_t by) {
  return (value + by - 1) / by;
}

}  // namespace bitdown::kernels

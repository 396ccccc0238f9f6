// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu.h"

/// Matrix product on small panels, positions in vector lanes, the core of every GEMM family:
///
///   C[r][p] (+)= sum over k of A[r][k] * B[k][p]
///
/// A holds a few decoded weight rows, B the packed inputs of a block of positions, C the sums.
/// Numbers along k come in words: one float, or two 16-bit or four 8-bit integers of consecutive k,
/// which one instruction multiplies and adds to a sum. The caller walks over chunks of k, so that A
/// and one tile of B stay in the first-level cache, and turns the finished sums into outputs
/// itself.
namespace bitdown::kernels {

/// One call of PanelKernel::accumulate. Types are the family's; strides count words and sums.
struct PanelArgs {
  const void* a = nullptr;  ///< (rows, depth) words, row-major.
  std::size_t a_stride = 0;
  const void* b = nullptr;        ///< Tiles of (depth, tile) words one after another.
  std::size_t b_tile_stride = 0;  ///< From tile to tile.
  void* c = nullptr;              ///< (rows, positions rounded up to tiles) sums, row-major.
  std::size_t c_stride = 0;
  std::uint32_t rows = 0;       ///< Multiple of PanelKernel::rows.
  std::uint32_t depth = 0;      ///< Words of this chunk.
  std::uint32_t positions = 0;  ///< Lanes beyond are undefined in C.
  bool first = false;           ///< Overwrite C instead of adding to it.
};

/// What every family's kernel table entry starts with.
struct PanelKernel {
  const char* name;
  IsaSet required;
  std::uint32_t rows;        ///< Rows of A that the micro-kernel takes at a time.
  std::uint32_t tile;        ///< Positions of a tile of B.
  std::uint32_t word_k;      ///< Consecutive k in a word: 1, 2 or 4.
  std::uint32_t word_bytes;  ///< Of A and B alike.
  void (*accumulate)(const PanelArgs&);
};

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu.h"

/// Winograd's minimal filtering F(2x2, 3x3) (Lavin and Gray 2016, arXiv:1509.09308) straight from
/// codes. A 3x3 convolution of stride 1 gives a tile of 2 x 2 outputs of row o as
///
///   Y = A^T M A,   M[o][t] = sum over channels c of U[o][c] * V[c][t]      (number by number)
///   U = G g G^T    of the kernel g of row o and channel c
///   V = B^T d B    of the 4 x 4 inputs d that the tile reads
///
///         | 1   0   0  |           | 1  0 -1  0 |
///   G =   | .5  .5  .5 |     B^T = | 0  1  1  0 |     A^T = | 1  1  1  0 |
///         | .5 -.5  .5 |           | 0 -1  1  0 |           | 0  1 -1 -1 |
///         | 0   0   1  |           | 0  1  0 -1 |
///
/// so 16 multiply-adds take the place of 36. Where blocks of codes are whole kernels, U is a
/// codebook of transformed kernels with the same codes. The 16 numbers of a kernel or a tile lie in
/// vector lanes: one load of a codeword is a vector of weights, and nothing is decoded into panels.
/// Vectors narrower than 16 take the numbers in passes, `lanes` at a time.
namespace bitdown::kernels {

constexpr std::uint32_t kWinogradNumbers = 16;  ///< Of a transformed kernel or tile, row-major.

/// One call of WinogradKernel::inputs: V of one channel. Tile t = row * tile_columns + column has
/// its numbers in strip t / WinogradKernel::tiles, which lies (passes, channels, tiles, lanes).
struct WinogradInputs {
  const float* lines = nullptr;  ///< (2 * tile_rows + 2, line_stride): inputs with their padding.
  std::size_t line_stride = 0;   ///< 2 * tile_columns + 2 or more.
  std::uint32_t tile_rows = 0;
  std::uint32_t tile_columns = 0;
  float* v = nullptr;            ///< The channel's place in the first pass of the first strip.
  std::size_t pass_stride = 0;   ///< From pass to pass: channels * tiles * lanes floats.
  std::size_t strip_stride = 0;  ///< From strip to strip: all passes.
};

/// One call of WinogradKernel::product: M of WinogradKernel::rows rows.
struct WinogradProduct {
  const std::uint8_t* codes = nullptr;  ///< code(o, b) at o * blocks + b.
  std::uint32_t rows = 0;               ///< 1 or more; M of rows beyond is that of the last one.
  std::uint32_t blocks = 0;             ///< Codes of a row.
  const float* codebook = nullptr;      ///< U: (passes, entries, kernels, lanes), 64-byte aligned.
  std::uint32_t entries = 0;
  std::uint32_t kernels = 0;  ///< Channels of a block.
  const float* v = nullptr;   ///< Strips as above.
  std::uint32_t tiles = 0;    ///< Of all strips.
  float* m = nullptr;         ///< (WinogradKernel::rows, m_stride); (tiles, 16) of each row.
  std::size_t m_stride = 0;
};

/// One call of WinogradKernel::outputs: Y of one row of tiles and one row of weights.
struct WinogradOutputs {
  const float* m = nullptr;  ///< (tiles, 16), readable up to a multiple of 4 tiles.
  std::uint32_t tiles = 0;
  float* upper = nullptr;  ///< Two lines of outputs: 2 * tiles, room for a multiple of 8.
  float* lower = nullptr;
};

struct WinogradKernel {
  const char* name;
  IsaSet required;
  std::uint32_t rows;   ///< Rows of weights that product() takes at a time.
  std::uint32_t tiles;  ///< Of a strip.
  std::uint32_t lanes;  ///< Numbers of a pass: 4, 8 or 16.
  void (*inputs)(const WinogradInputs&);
  void (*product)(const WinogradProduct&);
  void (*outputs)(const WinogradOutputs&);
};

/// All kernels of this build, best first, the portable one last.
std::span<const WinogradKernel* const> winograd_kernels();

/// The first kernel that `isa` can run. Pure.
const WinogradKernel& select_winograd(IsaSet isa);

}  // namespace bitdown::kernels

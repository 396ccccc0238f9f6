// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cpu.h"

/// Float32 matrix product on small panels, positions in vector lanes:
///
///   C[r][p] (+)= sum over k of A[r][k] * B[k][p]
///
/// A holds a few decoded weight rows, B the packed inputs of a block of positions, C the sums. The
/// caller walks over chunks of k, so that A and one tile of B stay in the first-level cache, and
/// turns the finished sums into outputs with finish().
namespace bitdown::kernels {

/// One call of GemmKernel::accumulate. All strides count floats.
struct GemmArgs {
  const float* a = nullptr;  ///< (rows, depth), row-major.
  std::size_t a_stride = 0;
  const float* b = nullptr;  ///< Tiles of (depth, tile) one after another, see GemmKernel::tile.
  std::size_t b_tile_stride = 0;  ///< From tile to tile.
  float* c = nullptr;             ///< (rows, positions rounded up to tiles), row-major.
  std::size_t c_stride = 0;
  std::uint32_t rows = 0;       ///< Multiple of GemmKernel::rows.
  std::uint32_t depth = 0;      ///< Of this chunk.
  std::uint32_t positions = 0;  ///< Lanes beyond are undefined in C.
  bool first = false;           ///< Overwrite C instead of adding to it.
};

/// One call of GemmKernel::finish, per row:
///   out[p] = max(c[p] * scale + shift + residual[p], floor)
struct FinishArgs {
  const float* c = nullptr;
  const float* residual = nullptr;  ///< Null for none; may equal out.
  float* out = nullptr;
  std::uint32_t positions = 0;
  float scale = 1.0f;
  float shift = 0.0f;
  float floor = 0.0f;  ///< 0 for ReLU, -infinity for none.
};

/// One call of GemmKernel::pack_line: spreads `line[0..positions)` over the tiles of B for one k;
/// lanes of the last tile beyond `positions` become 0.
struct PackLineArgs {
  const float* line = nullptr;
  float* b = nullptr;  ///< Row k of the first tile.
  std::size_t b_tile_stride = 0;
  std::uint32_t positions = 0;
};

struct GemmKernel {
  const char* name;
  IsaSet required;
  std::uint32_t rows;  ///< Rows of A that the micro-kernel takes at a time.
  std::uint32_t tile;  ///< Positions of a tile of B.
  void (*accumulate)(const GemmArgs&);
  void (*finish)(const FinishArgs&);
  void (*pack_line)(const PackLineArgs&);
};

/// All kernels of this build, best first, the portable one last.
std::span<const GemmKernel* const> gemm_kernels();

/// The first kernel that `isa` can run. Pure.
const GemmKernel& select_gemm(IsaSet isa);

}  // namespace bitdown::kernels

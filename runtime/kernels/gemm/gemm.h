// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/panel/panel.h"

/// The float32 family of panel.h: words and sums are single floats.
namespace bitdown::kernels {

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

struct GemmKernel : PanelKernel {
  void (*finish)(const FinishArgs&);
  void (*pack_line)(const PackLineArgs&);
};

/// All kernels of this build, best first, the portable one last.
std::span<const GemmKernel* const> gemm_kernels();

/// The first kernel that `isa` can run. Pure.
const GemmKernel& select_gemm(IsaSet isa);

}  // namespace bitdown::kernels

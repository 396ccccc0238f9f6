// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/panel/panel.h"
#include "kernels/simd/unroll.h"

// The algorithm of panel.h over the operations of a kernels/simd type, which names its Word, Sum
// and Vector. Included by ISA files only; everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

/// kRows x kVectors accumulators stay in registers: per word of k one load for each vector of B,
/// one broadcast for each row of A.
template <typename Simd, int kRows, int kVectors>
void micro_tile(const PanelArgs& args, const typename Simd::Word* a, const typename Simd::Word* b,
                std::size_t b_stride, typename Simd::Sum* c) {
  typename Simd::Vector sum[kRows][kVectors];
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] =
          args.first ? Simd::zero() : Simd::load_sums(c + r * args.c_stride + v * Simd::kLanes);
    }
  }
  for (std::uint32_t k = 0; k < args.depth; ++k, b += b_stride) {
    typename Simd::Column column[kVectors];
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) column[v] = Simd::load(b + v * Simd::kLanes);
    BITDOWN_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const typename Simd::Column weight = Simd::broadcast(a + r * args.a_stride + k);
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        sum[r][v] = Simd::multiply_add(weight, column[v], sum[r][v]);
      }
    }
  }
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      Simd::store_sums(c + r * args.c_stride + v * Simd::kLanes, sum[r][v]);
    }
  }
}

/// Picks the narrowest micro-kernel that covers `lanes` positions of a tile.
template <typename Simd, int kRows, int kVectors, int kTile>
void tile_rows(const PanelArgs& args, std::uint32_t lanes, const typename Simd::Word* b,
               typename Simd::Sum* c) {
  if constexpr (kVectors > 1) {
    if (lanes <= (kVectors - 1) * Simd::kLanes) {
      tile_rows<Simd, kRows, kVectors - 1, kTile>(args, lanes, b, c);
      return;
    }
  }
  const auto* a = static_cast<const typename Simd::Word*>(args.a);
  for (std::uint32_t r = 0; r < args.rows; r += kRows) {
    micro_tile<Simd, kRows, kVectors>(args, a + r * args.a_stride, b, kTile, c + r * args.c_stride);
  }
}

template <typename Simd, int kRows, int kVectors>
void accumulate(const PanelArgs& args) {
  constexpr int kTile = kVectors * Simd::kLanes;
  const auto* b = static_cast<const typename Simd::Word*>(args.b);
  auto* c = static_cast<typename Simd::Sum*>(args.c);
  for (std::uint32_t p = 0; p < args.positions; p += kTile, b += args.b_tile_stride) {
    tile_rows<Simd, kRows, kVectors, kTile>(args, args.positions - p, b, c + p);
  }
}

template <typename Simd, int kRows, int kVectors>
constexpr PanelKernel make_panel_kernel(const char* name, IsaSet required) {
  return {name,
          required,
          kRows,
          kVectors * Simd::kLanes,
          Simd::kWordK,
          sizeof(typename Simd::Word),
          accumulate<Simd, kRows, kVectors>};
}

}  // namespace
}  // namespace bitdown::kernels

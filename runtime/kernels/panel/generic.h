// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/panel/chains.h"
#include "kernels/panel/panel.h"
#include "kernels/simd/unroll.h"

// The algorithm of panel.h over the operations of a kernels/simd type, which names its Word, Sum
// and Vector. Included by ISA files only; everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

/// Simds that multiply by one lane of a vector: a load brings kLaneWords words of a row of A, where
/// others need a broadcast for each.
template <typename Simd>
concept MultipliesByLane = requires {
  Simd::kLaneWords;
};

/// Simds that pack B with an offset: row_term() is what each sum of a row of A lacks then.
template <typename Simd>
concept OffsetsColumns = requires(const typename Simd::Word* a, std::uint32_t depth) {
  Simd::row_term(a, depth);
};

/// What a vector of sums begins with; `terms` of all rows, or null.
template <typename Simd>
typename Simd::Vector first_sums(const PanelArgs& args, const typename Simd::Sum* c,
                                 const typename Simd::Sum* terms, std::uint32_t row) {
  if constexpr (OffsetsColumns<Simd>) {
    const typename Simd::Vector offset = Simd::broadcast_sum(terms + row);
    return args.first ? offset : Simd::add(Simd::load_sums(c), offset);
  } else {
    return args.first ? Simd::zero() : Simd::load_sums(c);
  }
}

/// The words kLane and on of a load of each row.
template <typename Simd, int kLane, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_lanes(const typename Simd::Column (&weights)[kRows],
                                                  const typename Simd::Word* b,
                                                  std::size_t b_stride,
                                                  typename Simd::Vector (&sum)[kRows][kVectors]) {
  if constexpr (kLane < Simd::kLaneWords) {
    typename Simd::Column column[kVectors];
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) column[v] = Simd::load(b + v * Simd::kLanes);
    BITDOWN_UNROLL
    for (int r = 0; r < kRows; ++r) {
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) {
        sum[r][v] = Simd::template multiply_add_lane<kLane>(weights[r], column[v], sum[r][v]);
      }
    }
    multiply_lanes<Simd, kLane + 1, kRows, kVectors>(weights, b + b_stride, b_stride, sum);
  }
}

/// kRows x kVectors accumulators stay in registers: per word of k one load for each vector of B,
/// one broadcast for each row of A, or a kLaneWords-th of a load. From `row` on.
template <typename Simd, int kRows, int kVectors>
void micro_tile(const PanelArgs& args, std::uint32_t row, const typename Simd::Word* b,
                std::size_t b_stride, typename Simd::Sum* c, const typename Simd::Sum* terms) {
  const auto* a = static_cast<const typename Simd::Word*>(args.a) + row * args.a_stride;
  c += row * args.c_stride;
  typename Simd::Vector sum[kRows][kVectors];
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] = first_sums<Simd>(args, c + r * args.c_stride + v * Simd::kLanes, terms, row + r);
    }
  }
  std::uint32_t k = 0;
  if constexpr (MultipliesByLane<Simd>) {
    constexpr int kStep = Simd::kLaneWords;
    // A pointer of its own: GCC would compute every address anew from k.
    for (const auto* from = a; k + kStep <= args.depth;
         k += kStep, from += kStep, b += kStep * b_stride) {
      typename Simd::Column weights[kRows];
      BITDOWN_UNROLL
      for (int r = 0; r < kRows; ++r) weights[r] = Simd::load(from + r * args.a_stride);
      multiply_lanes<Simd, 0, kRows, kVectors>(weights, b, b_stride, sum);
    }
  }
  if constexpr (ChainsWords<Simd>) {
    k = multiply_chains<Simd>(args, a, b, b_stride, sum);
    b += k * b_stride;
  }
  for (; k < args.depth; ++k, b += b_stride) {
    typename Simd::Column column[kVectors];
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) column[v] = Simd::load(b + v * Simd::kLanes);
    BITDOWN_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const auto weight = Simd::broadcast(a + r * args.a_stride + k);
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
               typename Simd::Sum* c, const typename Simd::Sum* terms) {
  if constexpr (kVectors > 1) {
    if (lanes <= (kVectors - 1) * Simd::kLanes) {
      tile_rows<Simd, kRows, kVectors - 1, kTile>(args, lanes, b, c, terms);
      return;
    }
  }
  for (std::uint32_t row = 0; row < args.rows; row += kRows) {
    micro_tile<Simd, kRows, kVectors>(args, row, b, kTile, c, terms);
  }
}

template <typename Simd, int kRows, int kVectors>
void all_tiles(const PanelArgs& args, const typename Simd::Sum* terms) {
  constexpr int kTile = kVectors * Simd::kLanes;
  const auto* b = static_cast<const typename Simd::Word*>(args.b);
  auto* c = static_cast<typename Simd::Sum*>(args.c);
  for (std::uint32_t p = 0; p < args.positions; p += kTile, b += args.b_tile_stride) {
    tile_rows<Simd, kRows, kVectors, kTile>(args, args.positions - p, b, c + p, terms);
  }
}

/// A row's term is computed once for all tiles, of as many rows as there is room for.
template <typename Simd, int kRows, int kVectors>
void accumulate(const PanelArgs& args) {
  if constexpr (OffsetsColumns<Simd>) {
    constexpr std::uint32_t kMost = 8 * kRows;
    typename Simd::Sum terms[kMost];
    PanelArgs part = args;
    for (std::uint32_t row = 0; row < args.rows; row += kMost) {
      const auto* const a = static_cast<const typename Simd::Word*>(args.a) + row * args.a_stride;
      part.a = a;
      part.c = static_cast<typename Simd::Sum*>(args.c) + row * args.c_stride;
      part.rows = args.rows - row < kMost ? args.rows - row : kMost;
      for (std::uint32_t r = 0; r < part.rows; ++r) {
        terms[r] = Simd::row_term(a + r * args.a_stride, args.depth);
      }
      all_tiles<Simd, kRows, kVectors>(part, terms);
    }
  } else {
    all_tiles<Simd, kRows, kVectors>(args, nullptr);
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

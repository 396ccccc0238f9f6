// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/gemm/gemm.h"

// GCC keeps an array of vectors in registers only if its loops are unrolled early: without this its
// micro-kernels store every accumulator in every iteration.
#if defined(__clang__)
#define BITDOWN_UNROLL
#else
#define BITDOWN_UNROLL _Pragma("GCC unroll 8")
#endif

// The algorithm of gemm.h over the operations of a kernels/simd type. Included by ISA files only;
// everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

/// kRows x kVectors accumulators stay in registers: per k one load for each vector of B, one
/// broadcast for each row of A.
template <typename Simd, int kRows, int kVectors>
void micro_tile(const GemmArgs& args, const float* a, const float* b, std::size_t b_stride,
                float* c) {
  using Vector = typename Simd::Vector;
  Vector sum[kRows][kVectors];
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      sum[r][v] = args.first ? Simd::zero() : Simd::load(c + r * args.c_stride + v * Simd::kLanes);
    }
  }
  for (std::uint32_t k = 0; k < args.depth; ++k, b += b_stride) {
    Vector column[kVectors];
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) column[v] = Simd::load(b + v * Simd::kLanes);
    BITDOWN_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const Vector weight = Simd::broadcast(a + r * args.a_stride + k);
      BITDOWN_UNROLL
      for (int v = 0; v < kVectors; ++v) sum[r][v] = Simd::fma(weight, column[v], sum[r][v]);
    }
  }
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      Simd::store(c + r * args.c_stride + v * Simd::kLanes, sum[r][v]);
    }
  }
}

/// Picks the narrowest micro-kernel that covers `lanes` positions of a tile.
template <typename Simd, int kRows, int kVectors, int kTile>
void tile_rows(const GemmArgs& args, std::uint32_t lanes, const float* b, float* c) {
  if constexpr (kVectors > 1) {
    if (lanes <= (kVectors - 1) * Simd::kLanes) {
      tile_rows<Simd, kRows, kVectors - 1, kTile>(args, lanes, b, c);
      return;
    }
  }
  for (std::uint32_t r = 0; r < args.rows; r += kRows) {
    micro_tile<Simd, kRows, kVectors>(args, args.a + r * args.a_stride, b, kTile,
                                      c + r * args.c_stride);
  }
}

template <typename Simd, int kRows, int kVectors>
void accumulate(const GemmArgs& args) {
  constexpr int kTile = kVectors * Simd::kLanes;
  const float* b = args.b;
  for (std::uint32_t p = 0; p < args.positions; p += kTile, b += args.b_tile_stride) {
    tile_rows<Simd, kRows, kVectors, kTile>(args, args.positions - p, b, args.c + p);
  }
}

template <typename Simd>
void finish(const FinishArgs& args) {
  using Vector = typename Simd::Vector;
  const Vector scale = Simd::broadcast(&args.scale);
  const Vector shift = Simd::broadcast(&args.shift);
  const Vector floor = Simd::broadcast(&args.floor);
  const auto apply = [&](const float* c, const float* residual, float* out) {
    Vector y = Simd::fma(Simd::load(c), scale, shift);
    if (residual != nullptr) y = Simd::add(y, Simd::load(residual));
    Simd::store(out, Simd::max(y, floor));
  };
  const std::uint32_t whole = args.positions / Simd::kLanes * Simd::kLanes;
  for (std::uint32_t p = 0; p < whole; p += Simd::kLanes) {
    apply(args.c + p, args.residual == nullptr ? nullptr : args.residual + p, args.out + p);
  }
  if (whole == args.positions) return;
  // The tail goes through full vectors in a local copy: rows end anywhere.
  float c[Simd::kLanes] = {};
  float residual[Simd::kLanes] = {};
  float out[Simd::kLanes];
  for (std::uint32_t p = whole; p < args.positions; ++p) {
    c[p - whole] = args.c[p];
    if (args.residual != nullptr) residual[p - whole] = args.residual[p];
  }
  apply(c, args.residual == nullptr ? nullptr : residual, out);
  for (std::uint32_t p = whole; p < args.positions; ++p) args.out[p] = out[p - whole];
}

template <typename Simd, int kVectors>
void pack_line(const PackLineArgs& args) {
  constexpr std::uint32_t kTile = kVectors * Simd::kLanes;
  const float* line = args.line;
  float* b = args.b;
  std::uint32_t left = args.positions;
  for (; left >= kTile; left -= kTile, line += kTile, b += args.b_tile_stride) {
    for (int v = 0; v < kVectors; ++v) {
      Simd::store(b + v * Simd::kLanes, Simd::load(line + v * Simd::kLanes));
    }
  }
  if (left == 0) return;
  for (std::uint32_t p = 0; p < kTile; ++p) b[p] = p < left ? line[p] : 0.0f;
}

/// The table entry of an ISA: accumulators of kRows x kVectors.
template <typename Simd, int kRows, int kVectors>
constexpr GemmKernel make_gemm_kernel(const char* name, IsaSet required) {
  return {name,
          required,
          kRows,
          kVectors * Simd::kLanes,
          accumulate<Simd, kRows, kVectors>,
          finish<Simd>,
          pack_line<Simd, kVectors>};
}

}  // namespace
}  // namespace bitdown::kernels

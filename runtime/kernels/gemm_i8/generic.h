// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>

#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/panel/generic.h"

// The algorithm of gemm_i8.h over the operations of a kernels/simd integer type. Included by ISA
// files only; everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

/// Simd::finish() turns kFinishLanes sums into bytes.
template <typename Simd>
void finish_i8(const Int8FinishArgs& args) {
  constexpr std::uint32_t kLanes = Simd::kFinishLanes;
  const std::uint32_t whole = args.positions / kLanes * kLanes;
  for (std::uint32_t p = 0; p < whole; p += kLanes) {
    Simd::finish(args, args.c + p, args.residual == nullptr ? nullptr : args.residual + p,
                 args.out + p);
  }
  const std::uint32_t left = args.positions - whole;
  if (left == 0) return;
  // The tail goes through full vectors in a local copy: rows end anywhere.
  std::int32_t c[kLanes] = {};
  std::uint8_t residual[kLanes] = {};
  std::uint8_t out[kLanes];
  for (std::uint32_t p = 0; p < left; ++p) {
    c[p] = args.c[whole + p];
    if (args.residual != nullptr) residual[p] = args.residual[whole + p];
  }
  Simd::finish(args, c, args.residual == nullptr ? nullptr : residual, out);
  for (std::uint32_t p = 0; p < left; ++p) args.out[whole + p] = out[p];
}

/// Simd::interleave() makes words of kPackLanes positions; a tile is a multiple of it.
template <typename Simd, int kVectors>
void pack_i8(const Int8PackArgs& args) {
  constexpr std::uint32_t kTile = kVectors * Simd::kLanes;
  constexpr std::uint32_t kLanes = Simd::kPackLanes;
  static_assert(kTile % kLanes == 0);
  auto* b = static_cast<typename Simd::Word*>(args.b);
  for (std::uint32_t tile = 0; tile < args.positions; tile += kTile, b += args.b_tile_stride) {
    for (std::uint32_t lane = 0; lane < kTile; lane += kLanes) {
      const std::uint32_t p = tile + lane;
      const std::uint8_t* lines[4];
      std::uint8_t tail[4][kLanes] = {};
      const bool whole = p + kLanes <= args.positions;
      for (int i = 0; i < Simd::kWordK; ++i) {
        lines[i] = whole ? args.lines[i] + p : tail[i];
        for (std::uint32_t j = p; !whole && j < args.positions; ++j) {
          tail[i][j - p] = args.lines[i][j];
        }
      }
      Simd::interleave(lines, b + lane);
    }
  }
}

/// The table entry of an ISA: accumulators of kRows x kVectors.
template <typename Simd, int kRows, int kVectors>
constexpr Int8Kernel make_int8_kernel(const char* name, IsaSet required) {
  return {make_panel_kernel<Simd, kRows, kVectors>(name, required), finish_i8<Simd>,
          pack_i8<Simd, kVectors>};
}

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/gemm/gemm.h"
#include "kernels/panel/generic.h"

// The algorithm of gemm.h over the operations of a kernels/simd type. Included by ISA files only;
// everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

template <typename Simd>
void finish(const FinishArgs& args) {
  using Vector = typename Simd::Vector;
  const Vector scale = Simd::broadcast(&args.scale);
  const Vector shift = Simd::broadcast(&args.shift);
  const Vector floor = Simd::broadcast(&args.floor);
  const auto apply = [&](const float* c, const float* residual, float* out) {
    Vector y = Simd::multiply_add(Simd::load(c), scale, shift);
    if (residual != nullptr) y = Simd::add(y, Simd::load(residual));
    Simd::store_sums(out, Simd::max(y, floor));
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
      Simd::store_sums(b + v * Simd::kLanes, Simd::load(line + v * Simd::kLanes));
    }
  }
  if (left == 0) return;
  for (std::uint32_t p = 0; p < kTile; ++p) b[p] = p < left ? line[p] : 0.0f;
}

/// The table entry of an ISA: accumulators of kRows x kVectors.
template <typename Simd, int kRows, int kVectors>
constexpr GemmKernel make_gemm_kernel(const char* name, IsaSet required) {
  return {make_panel_kernel<Simd, kRows, kVectors>(name, required), finish<Simd>,
          pack_line<Simd, kVectors>};
}

}  // namespace
}  // namespace bitdown::kernels

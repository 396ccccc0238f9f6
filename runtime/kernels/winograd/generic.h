// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/unroll.h"
#include "kernels/winograd/winograd.h"

// The algorithm of winograd.h over the operations of a kernels/simd type. Included by ISA files
// only; everything has internal linkage because Simd has.
namespace bitdown::kernels {
namespace {

template <typename Simd>
constexpr std::uint32_t kFours = Simd::kLanes / 4;  // Rows of four numbers in a vector.
template <typename Simd>
constexpr std::uint32_t kPasses = kWinogradNumbers / Simd::kLanes;

// Row i of B^T d is kSigns[i] * d[kSigned[i]] + d[kPlain[i]], the same for its columns.
constexpr std::uint32_t kSigned[4] = {2, 2, 1, 3};
constexpr std::uint32_t kPlain[4] = {0, 1, 2, 1};
constexpr float kRowSigns[kWinogradNumbers] = {-1, -1, -1, -1, 1,  1,  1,  1,
                                               -1, -1, -1, -1, -1, -1, -1, -1};
constexpr float kColumnSigns[kWinogradNumbers] = {-1, 1, -1, -1, -1, 1, -1, -1,
                                                  -1, 1, -1, -1, -1, 1, -1, -1};
// A tile's outputs are plain sums in even columns, differences in odd ones.
constexpr float kOutputSigns[kWinogradNumbers] = {1, -1, 1, -1, 1, -1, 1, -1,
                                                  1, -1, 1, -1, 1, -1, 1, -1};

/// Numbers `pass * kLanes` and on of V, from the four rows of inputs at `d`.
template <typename Simd>
typename Simd::Vector transform_inputs(const float* d, std::size_t stride, std::uint32_t pass) {
  using Vector = typename Simd::Vector;
  const float* with_sign[kFours<Simd>];
  const float* plain[kFours<Simd>];
  BITDOWN_UNROLL
  for (std::uint32_t i = 0; i < kFours<Simd>; ++i) {
    with_sign[i] = d + kSigned[pass * kFours<Simd> + i] * stride;
    plain[i] = d + kPlain[pass * kFours<Simd> + i] * stride;
  }
  const Vector row_signs = Simd::load(kRowSigns + pass * Simd::kLanes);
  const Vector rows =
      Simd::multiply_add(row_signs, Simd::load_fours(with_sign), Simd::load_fours(plain));
  return Simd::multiply_add(Simd::load(kColumnSigns),
                            Simd::template shuffle_fours<2, 2, 1, 3>(rows, rows),
                            Simd::template shuffle_fours<0, 1, 2, 1>(rows, rows));
}

template <typename Simd, std::uint32_t kTiles>
void winograd_inputs(const WinogradInputs& args) {
  float* strip = args.v;
  std::uint32_t tile = 0;  // Of the strip.
  for (std::uint32_t row = 0; row < args.tile_rows; ++row) {
    const float* d = args.lines + 2 * row * args.line_stride;
    for (std::uint32_t column = 0; column < args.tile_columns; ++column, d += 2) {
      BITDOWN_UNROLL
      for (std::uint32_t pass = 0; pass < kPasses<Simd>; ++pass) {
        Simd::store_sums(strip + pass * args.pass_stride + tile * Simd::kLanes,
                         transform_inputs<Simd>(d, args.line_stride, pass));
      }
      if (++tile < kTiles) continue;
      tile = 0;
      strip += args.strip_stride;
    }
  }
}

/// kRows x kTiles accumulators stay in registers: per channel one load for each row and each tile.
/// kKernels: channels of a block at compile time; 0: any.
template <typename Simd, int kRows, int kTiles, int kStrip, int kKernels>
void winograd_tile(const WinogradProduct& args, const std::uint8_t* const (&codes)[kRows],
                   const float* codebook, const float* v, float* m) {
  using Vector = typename Simd::Vector;
  const std::size_t kernels = kKernels != 0 ? kKernels : args.kernels;
  Vector sum[kRows][kTiles];
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int t = 0; t < kTiles; ++t) sum[r][t] = Simd::zero();
  }
  for (std::size_t b = 0; b < args.blocks; ++b) {
    for (std::size_t j = 0; j < kernels; ++j, v += kStrip * Simd::kLanes) {
      Vector tiles[kTiles];
      BITDOWN_UNROLL
      for (int t = 0; t < kTiles; ++t) tiles[t] = Simd::load(v + t * Simd::kLanes);
      BITDOWN_UNROLL
      for (int r = 0; r < kRows; ++r) {
        const Vector weights = Simd::load(codebook + (codes[r][b] * kernels + j) * Simd::kLanes);
        BITDOWN_UNROLL
        for (int t = 0; t < kTiles; ++t) {
          sum[r][t] = Simd::multiply_add(weights, tiles[t], sum[r][t]);
        }
      }
    }
  }
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int t = 0; t < kTiles; ++t) {
      Simd::store_sums(m + r * args.m_stride + t * kWinogradNumbers, sum[r][t]);
    }
  }
}

/// Picks the micro-kernel for the tiles of the last strip.
template <typename Simd, int kRows, int kTiles, int kStrip, int kKernels>
void winograd_strip(const WinogradProduct& args, const std::uint8_t* const (&codes)[kRows],
                    std::uint32_t tiles, const float* codebook, const float* v, float* m) {
  if constexpr (kTiles > 1) {
    if (tiles < kTiles) {
      winograd_strip<Simd, kRows, kTiles - 1, kStrip, kKernels>(args, codes, tiles, codebook, v, m);
      return;
    }
  }
  winograd_tile<Simd, kRows, kTiles, kStrip, kKernels>(args, codes, codebook, v, m);
}

template <typename Simd, int kRows, int kTiles, int kKernels>
void winograd_strips(const WinogradProduct& args) {
  const std::uint8_t* codes[kRows];
  for (std::uint32_t r = 0; r < kRows; ++r) {
    codes[r] = args.codes + std::size_t{r < args.rows ? r : args.rows - 1} * args.blocks;
  }
  const std::size_t codebook_size = std::size_t{args.entries} * args.kernels * Simd::kLanes;
  const std::size_t v_size = std::size_t{args.blocks} * args.kernels * kTiles * Simd::kLanes;
  const float* v = args.v;
  for (std::uint32_t tile = 0; tile < args.tiles; tile += kTiles) {
    for (std::uint32_t pass = 0; pass < kPasses<Simd>; ++pass, v += v_size) {
      winograd_strip<Simd, kRows, kTiles, kTiles, kKernels>(
          args, codes, args.tiles - tile, args.codebook + pass * codebook_size, v,
          args.m + std::size_t{tile} * kWinogradNumbers + pass * Simd::kLanes);
    }
  }
}

template <typename Simd, int kRows, int kTiles>
void winograd_product(const WinogradProduct& args) {
  switch (args.kernels) {
    case 1:
      return winograd_strips<Simd, kRows, kTiles, 1>(args);
    case 2:
      return winograd_strips<Simd, kRows, kTiles, 2>(args);
    default:
      return winograd_strips<Simd, kRows, kTiles, 0>(args);
  }
}

/// As many tiles at a time as a vector has rows of four.
template <typename Simd>
void winograd_outputs(const WinogradOutputs& args) {
  using Vector = typename Simd::Vector;
  constexpr std::uint32_t kStep = kFours<Simd>;
  const Vector signs = Simd::load(kOutputSigns);
  for (std::uint32_t tile = 0; tile < args.tiles; tile += kStep) {
    Vector row[4];
    BITDOWN_UNROLL
    for (std::uint32_t i = 0; i < 4; ++i) {
      const float* from[kStep];
      BITDOWN_UNROLL
      for (std::uint32_t t = 0; t < kStep; ++t) {
        from[t] = args.m + std::size_t{tile + t} * kWinogradNumbers + 4 * i;
      }
      row[i] = Simd::load_fours(from);
    }
    const Vector upper = Simd::add(Simd::add(row[0], row[1]), row[2]);
    const Vector lower = Simd::subtract(Simd::subtract(row[1], row[2]), row[3]);
    // Two outputs of the upper line, then two of the lower one.
    const Vector first = Simd::template shuffle_fours<0, 1, 0, 1>(upper, lower);
    const Vector second = Simd::template shuffle_fours<1, 2, 1, 2>(upper, lower);
    const Vector third = Simd::template shuffle_fours<2, 3, 2, 3>(upper, lower);
    const Vector y = Simd::multiply_add(signs, third, Simd::multiply_add(signs, second, first));
    Simd::store_pairs(args.upper + 2 * tile, args.lower + 2 * tile, y);
  }
}

/// The table entry of an ISA: accumulators of kRows x kTiles.
template <typename Simd, int kRows, int kTiles>
constexpr WinogradKernel make_winograd_kernel(const char* name, IsaSet required) {
  return {name,
          required,
          kRows,
          kTiles,
          Simd::kLanes,
          winograd_inputs<Simd, kTiles>,
          winograd_product<Simd, kRows, kTiles>,
          winograd_outputs<Simd>};
}

}  // namespace
}  // namespace bitdown::kernels

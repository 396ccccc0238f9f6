// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/panel/panel.h"
#include "kernels/simd/unroll.h"

// Words of k two at a time, for generic.h: where the products of both fit a lane of 16 bits
// together, they are widened once for both. What may meet in a lane: weights/reach.h.
namespace bitdown::kernels {
namespace {

/// Simds that multiply two words at a time, of kChain that repeat.
template <typename Simd>
concept ChainsWords = requires {
  Simd::kChain;
};

/// The next kCount words, one or two, of each row.
template <typename Simd, int kCount, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_words(const typename Simd::Word* a,
                                                  std::size_t a_stride,
                                                  const typename Simd::Word* b,
                                                  std::size_t b_stride,
                                                  typename Simd::Vector (&sum)[kRows][kVectors]) {
  typename Simd::Column column[kCount][kVectors];
  BITDOWN_UNROLL
  for (int i = 0; i < kCount; ++i) {
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      column[i][v] = Simd::load(b + i * b_stride + v * Simd::kLanes);
    }
  }
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    typename Simd::Column weight[kCount];
    BITDOWN_UNROLL
    for (int i = 0; i < kCount; ++i) weight[i] = Simd::broadcast(a + r * a_stride + i);
    BITDOWN_UNROLL
    for (int v = 0; v < kVectors; ++v) {
      if constexpr (kCount == 2) {
        sum[r][v] = Simd::multiply_add(weight, column[0][v], column[1][v], sum[r][v]);
      } else {
        sum[r][v] = Simd::multiply_add(weight[0], column[0][v], sum[r][v]);
      }
    }
  }
}

/// All whole chains: a pair of words, or as many pairs before as behind a word alone. Returns how
/// many words these are.
template <typename Simd, int kRows, int kVectors>
[[gnu::always_inline]] inline std::uint32_t multiply_chains(
    const PanelArgs& args, const typename Simd::Word* a, const typename Simd::Word* b,
    std::size_t b_stride, typename Simd::Vector (&sum)[kRows][kVectors]) {
  constexpr std::uint32_t kChain = Simd::kChain;
  static_assert(kChain == 2 || kChain % 4 == 1);
  const auto pairs = [&]() {
    BITDOWN_NO_UNROLL
    for (std::uint32_t i = 0; i < kChain / 4; ++i, a += 2, b += 2 * b_stride) {
      multiply_words<Simd, 2>(a, args.a_stride, b, b_stride, sum);
    }
  };
  const std::uint32_t chained = args.depth / kChain * kChain;
  for (std::uint32_t k = 0; k < chained; k += kChain) {
    if constexpr (kChain == 2) {
      multiply_words<Simd, 2>(a, args.a_stride, b, b_stride, sum);
      a += 2;
      b += 2 * b_stride;
    } else {
      pairs();
      multiply_words<Simd, 1>(a++, args.a_stride, b, b_stride, sum);
      b += b_stride;
      pairs();
    }
  }
  return chained;
}

}  // namespace
}  // namespace bitdown::kernels

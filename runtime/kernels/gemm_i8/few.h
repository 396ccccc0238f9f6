// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/simd/unroll.h"

// Sums of few positions over the operations of a kernels/simd integer type: words of k lie in
// lanes, so that no lane idles. Included by ISA files only.
namespace bitdown::kernels {
namespace {

/// Simds that can add up the lanes of a vector, and multiply two vectors of words.
template <typename Simd>
concept AddsLanes = requires(typename Simd::Column words, typename Simd::Vector sums) {
  Simd::total(Simd::multiply_add(words, words, sums));
};

/// kLanes words, or the `count` that are left of a row with zeros.
template <typename Simd>
typename Simd::Column load_words(const typename Simd::Word* from, std::uint32_t count) {
  if (count >= Simd::kLanes) return Simd::load(from);
  typename Simd::Word words[Simd::kLanes] = {};
  for (std::uint32_t i = 0; i < count; ++i) words[i] = from[i];
  return Simd::load(words);
}

template <typename Simd, int kRows, int kPositions>
void few_tile(const Int8FewArgs& args, const typename Simd::Word* a, const typename Simd::Word* b,
              typename Simd::Sum* c) {
  typename Simd::Vector sum[kRows][kPositions];
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int p = 0; p < kPositions; ++p) sum[r][p] = Simd::zero();
  }
  for (std::uint32_t k = 0; k < args.depth; k += Simd::kLanes) {
    typename Simd::Column column[kPositions];
    BITDOWN_UNROLL
    for (int p = 0; p < kPositions; ++p) {
      column[p] = load_words<Simd>(b + p * args.b_stride + k, args.depth - k);
    }
    BITDOWN_UNROLL
    for (int r = 0; r < kRows; ++r) {
      const auto weights = load_words<Simd>(a + r * args.a_stride + k, args.depth - k);
      BITDOWN_UNROLL
      for (int p = 0; p < kPositions; ++p) {
        sum[r][p] = Simd::multiply_add(weights, column[p], sum[r][p]);
      }
    }
  }
  BITDOWN_UNROLL
  for (int r = 0; r < kRows; ++r) {
    BITDOWN_UNROLL
    for (int p = 0; p < kPositions; ++p) c[r * args.c_stride + p] = Simd::total(sum[r][p]);
  }
}

template <typename Simd, int kRows>
void multiply_few(const Int8FewArgs& args) {
  const auto* a = static_cast<const typename Simd::Word*>(args.a);
  auto* c = args.c;
  for (std::uint32_t row = 0; row < args.rows; row += kRows) {
    const auto* b = static_cast<const typename Simd::Word*>(args.b);
    std::uint32_t p = 0;
    for (; p + 2 <= args.positions; p += 2, b += 2 * args.b_stride) {
      few_tile<Simd, kRows, 2>(args, a, b, c + p);
    }
    if (p < args.positions) few_tile<Simd, kRows, 1>(args, a, b, c + p);
    a += kRows * args.a_stride;
    c += kRows * args.c_stride;
  }
}

}  // namespace
}  // namespace bitdown::kernels

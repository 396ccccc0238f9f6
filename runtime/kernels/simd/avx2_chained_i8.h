// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/avx2_words4_i8.h"

namespace bitdown::kernels {
namespace {

/// Eight int32 sums of AVX2; words of four int8, for weights whose quads stay within reach
/// (weights/reach.h): two words' products fit 16 bits together, so that three multiplications do
/// 64 multiply-adds where vpmaddwd alone needs four. kWords repeat (panel/chains.h): those of one
/// codeword of 8, or of two of 18, where the word in the middle has numbers of both.
template <int kWords>
struct Avx2ChainedInt8 : Avx2Words4Int8 {
  static constexpr int kChain = kWords;

  /// sum + the four products of unsigned column and signed weight.
  static Vector multiply_add(Column weight, Column column, Vector sum) {
    return add_halves(_mm256_maddubs_epi16(column, weight), sum);
  }
  /// That of two words.
  static Vector multiply_add(const Column (&weight)[2], Column column0, Column column1,
                             Vector sum) {
    return add_halves(_mm256_add_epi16(_mm256_maddubs_epi16(column0, weight[0]),
                                       _mm256_maddubs_epi16(column1, weight[1])),
                      sum);
  }
  static Vector add_halves(Vector halves, Vector sum) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(halves, _mm256_set1_epi16(1)));
  }
};

}  // namespace
}  // namespace bitdown::kernels

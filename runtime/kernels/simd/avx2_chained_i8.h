// SPDX-License-Identifier: MIT
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "kernels/simd/avx2_i8.h"

namespace bitdown::kernels {
namespace {

/// Eight int32 sums of AVX2; words of four int8, for weights whose quads stay within reach
/// (weights/reach.h): two words' products fit 16 bits together, so that three multiplications do
/// 64 multiply-adds where vpmaddwd alone needs four. kWords repeat (panel/chains.h): those of one
/// codeword of 8, or of two of 18, where the word in the middle has numbers of both.
template <int kWords>
struct Avx2ChainedInt8 : Avx2Int8 {
  struct Word {
    std::int8_t k[4];
  };
  static constexpr int kWordK = 4;
  static constexpr int kChain = kWords;

  static Column load(const Word* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Column broadcast(const Word* p) {
    std::int32_t word;
    std::memcpy(&word, p, sizeof word);
    return _mm256_set1_epi32(word);
  }
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

  static void interleave(const Line* lines, Word* out) {
    const __m128i ab[] = {_mm_unpacklo_epi8(lines[0], lines[1]),
                          _mm_unpackhi_epi8(lines[0], lines[1])};
    const __m128i cd[] = {_mm_unpacklo_epi8(lines[2], lines[3]),
                          _mm_unpackhi_epi8(lines[2], lines[3])};
    auto* const to = reinterpret_cast<__m128i*>(out);
    for (int half = 0; half < 2; ++half) {
      _mm_storeu_si128(to + 2 * half, _mm_unpacklo_epi16(ab[half], cd[half]));
      _mm_storeu_si128(to + 2 * half + 1, _mm_unpackhi_epi16(ab[half], cd[half]));
    }
  }
};

}  // namespace
}  // namespace bitdown::kernels

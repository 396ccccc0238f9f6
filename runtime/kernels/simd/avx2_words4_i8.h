// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/avx2_i8.h"

namespace bitdown::kernels {
namespace {

/// What AVX2 types with words of four int8 share: all but the products.
struct Avx2Words4Int8 : Avx2Int8 {
  struct Word {
    std::int8_t k[4];
  };
  static constexpr int kWordK = 4;

  static Column load(const Word* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Column broadcast(const Word* p) {
    std::int32_t word;
    std::memcpy(&word, p, sizeof word);
    return _mm256_set1_epi32(word);
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

// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/avx2_i8.h"

namespace bitdown::kernels {
namespace {

/// AVX2 with AVX-VNNI: eight int32 sums; vpdpbusd multiplies the four int8 of a word in each lane
/// and adds them, where vpmaddwd and vpaddd do two int16.
struct AvxVnniInt8 : Avx2Int8 {
  struct Word {
    std::int8_t k[4];
  };
  static constexpr int kWordK = 4;

  static Column load(const Word* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Column broadcast_word(std::uint32_t bits) {
    return _mm256_set1_epi32(static_cast<std::int32_t>(bits));
  }
  static Column broadcast(const Word* p) {
    std::uint32_t bits;
    std::memcpy(&bits, p, sizeof bits);
    return broadcast_word(bits);
  }
  /// sum + the four products of unsigned column and signed weight, exactly.
  static Vector multiply_add(Column weight, Column column, Vector sum) {
    return _mm256_dpbusd_avx_epi32(sum, column, weight);
  }

  static void store(Word* out, __m128i words) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), words);
  }
  static void interleave(const Line* lines, Word* out) {
    const __m128i ab_low = _mm_unpacklo_epi8(lines[0], lines[1]);
    const __m128i ab_high = _mm_unpackhi_epi8(lines[0], lines[1]);
    const __m128i cd_low = _mm_unpacklo_epi8(lines[2], lines[3]);
    const __m128i cd_high = _mm_unpackhi_epi8(lines[2], lines[3]);
    store(out, _mm_unpacklo_epi16(ab_low, cd_low));
    store(out + 4, _mm_unpackhi_epi16(ab_low, cd_low));
    store(out + 8, _mm_unpacklo_epi16(ab_high, cd_high));
    store(out + 12, _mm_unpackhi_epi16(ab_high, cd_high));
  }
};

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace bitdown::kernels {
namespace {

/// Thirty-two int16 numbers of AVX-512 BW. Unpacking and packing both work within 128-bit parts, so
/// that narrow() restores the order that interleave() changed.
struct Avx512Int16 {
  using Number = std::int16_t;
  static constexpr std::uint32_t kWordK = 2;
  static constexpr int kLanes = 32;
  using Vector = __m512i;
  struct Wide {
    __m512i low, high;
  };
  using Column = Wide;
  using Weight = __m512i;
  using Shift = __m128i;

  /// x - 128.
  static __m512i widen(const std::uint8_t* p) {
    return _mm512_sub_epi16(
        _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))),
        _mm512_set1_epi16(128));
  }
  static Column interleave(const std::uint8_t* const* lines) {
    const __m512i a = widen(lines[0]);
    const __m512i b = widen(lines[1]);
    return {_mm512_unpacklo_epi16(a, b), _mm512_unpackhi_epi16(a, b)};
  }
  static Weight broadcast(const std::int16_t* pair) {
    std::int32_t both;
    std::memcpy(&both, pair, sizeof both);
    return _mm512_set1_epi32(both);
  }
  /// What sums begin with, so that narrow() rounds.
  static Wide start(std::uint32_t shift) {
    const auto half = _mm512_set1_epi32((1 << shift) >> 1);
    return {half, half};
  }
  /// sum + weight[0] * column[0] + weight[1] * column[1]
  static Wide multiply_add(Weight weight, Column column, Wide sum) {
    return {_mm512_add_epi32(sum.low, _mm512_madd_epi16(weight, column.low)),
            _mm512_add_epi32(sum.high, _mm512_madd_epi16(weight, column.high))};
  }
  static Shift make_shift(std::uint32_t bits) { return _mm_cvtsi32_si128(static_cast<int>(bits)); }
  static Vector narrow(Wide sum, Shift shift) {
    return _mm512_packs_epi32(_mm512_sra_epi32(sum.low, shift), _mm512_sra_epi32(sum.high, shift));
  }

  static Vector load(const std::int16_t* p) { return _mm512_loadu_si512(p); }
  static void store(std::int16_t* p, Vector v) { _mm512_storeu_si512(p, v); }
  static Vector add(Vector a, Vector b) { return _mm512_add_epi16(a, b); }
  /// Adds v to kLanes int32 sums, or overwrites them.
  static void add_to(std::int32_t* sums, Vector v, bool overwrite) {
    __m512i low = _mm512_cvtepi16_epi32(_mm512_castsi512_si256(v));
    __m512i high = _mm512_cvtepi16_epi32(_mm512_extracti64x4_epi64(v, 1));
    if (!overwrite) {
      low = _mm512_add_epi32(low, _mm512_loadu_si512(sums));
      high = _mm512_add_epi32(high, _mm512_loadu_si512(sums + 16));
    }
    _mm512_storeu_si512(sums, low);
    _mm512_storeu_si512(sums + 16, high);
  }
};

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace bitdown::kernels {
namespace {

/// Sixteen int16 numbers of AVX2. Unpacking and packing both work within 128-bit halves, so that
/// narrow() restores the order that interleave() changed.
struct Avx2Int16 {
  using Number = std::int16_t;
  static constexpr std::uint32_t kWordK = 2;
  static constexpr int kLanes = 16;
  using Vector = __m256i;
  struct Wide {
    __m256i low, high;
  };
  using Column = Wide;
  using Weight = __m256i;
  using Shift = __m128i;

  /// x - 128.
  static __m256i widen(const std::uint8_t* p) {
    return _mm256_sub_epi16(
        _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))),
        _mm256_set1_epi16(128));
  }
  static Column interleave(const std::uint8_t* const* lines) {
    const __m256i a = widen(lines[0]);
    const __m256i b = widen(lines[1]);
    return {_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)};
  }
  static Weight broadcast(const std::int16_t* pair) {
    std::int32_t both;
    std::memcpy(&both, pair, sizeof both);
    return _mm256_set1_epi32(both);
  }
  /// What sums begin with, so that narrow() rounds.
  static Wide start(std::uint32_t shift) {
    const auto half = _mm256_set1_epi32((1 << shift) >> 1);
    return {half, half};
  }
  /// sum + weight[0] * column[0] + weight[1] * column[1]
  static Wide multiply_add(Weight weight, Column column, Wide sum) {
    return {_mm256_add_epi32(sum.low, _mm256_madd_epi16(weight, column.low)),
            _mm256_add_epi32(sum.high, _mm256_madd_epi16(weight, column.high))};
  }
  static Shift make_shift(std::uint32_t bits) { return _mm_cvtsi32_si128(static_cast<int>(bits)); }
  static Vector narrow(Wide sum, Shift shift) {
    return _mm256_packs_epi32(_mm256_sra_epi32(sum.low, shift), _mm256_sra_epi32(sum.high, shift));
  }

  static Vector load(const std::int16_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static void store(std::int16_t* p, Vector v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  static Vector add(Vector a, Vector b) { return _mm256_add_epi16(a, b); }
  /// Adds v to kLanes int32 sums, or overwrites them.
  static void add_to(std::int32_t* sums, Vector v, bool overwrite) {
    __m256i low = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(v));
    __m256i high = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(v, 1));
    auto* const at = reinterpret_cast<__m256i*>(sums);
    if (!overwrite) {
      low = _mm256_add_epi32(low, _mm256_loadu_si256(at));
      high = _mm256_add_epi32(high, _mm256_loadu_si256(at + 1));
    }
    _mm256_storeu_si256(at, low);
    _mm256_storeu_si256(at + 1, high);
  }
};

}  // namespace
}  // namespace bitdown::kernels

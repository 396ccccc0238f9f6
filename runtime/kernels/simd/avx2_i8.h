// SPDX-License-Identifier: MIT
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "kernels/gemm_i8/gemm_i8.h"

namespace bitdown::kernels {
namespace {

/// Eight int32 sums of AVX2; words of two int16. vpmaddwd is exact, where vpmaddubsw would saturate
/// on full 8-bit operands, and multiplies as many numbers a cycle as vpmaddubsw + vpmaddwd do.
struct Avx2Int8 {
  struct Word {
    std::int16_t k[2];
  };
  using Sum = std::int32_t;
  using Vector = __m256i;
  using Column = __m256i;
  using Line = __m128i;
  static constexpr int kWordK = 2;
  static constexpr int kLanes = 8;
  static constexpr std::uint32_t kPackLanes = 16;
  static constexpr std::uint32_t kFinishLanes = 16;

  static Vector zero() { return _mm256_setzero_si256(); }
  static Column load(const Word* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Column broadcast(const Word* p) {
    std::int32_t pair;
    std::memcpy(&pair, p, sizeof pair);
    return _mm256_set1_epi32(pair);
  }
  /// Keeps the numbers, but the compiler knows nothing of them any more.
  static void hide(Column& column) { asm("" : "+x"(column)); }
  static Vector load_sums(const Sum* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static void store_sums(Sum* p, Vector v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  /// sum + weight[0] * column[0] + weight[1] * column[1]
  static Vector multiply_add(Column weight, Column column, Vector sum) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(weight, column));
  }

  static Sum total(Vector sums) {
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    four = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
    return _mm_cvtsi128_si32(four) + _mm_extract_epi32(four, 1);
  }

  static Line load_line(const std::uint8_t* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  }
  static Line select(std::uint64_t inside, Line line, std::uint8_t zero) {
    const __m128i bytes = _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    const __m128i bits = _mm_set1_epi64x(static_cast<std::int64_t>(0x8040201008040201u));
    const __m128i all = _mm_shuffle_epi8(_mm_cvtsi32_si128(static_cast<int>(inside)), bytes);
    const __m128i mask = _mm_cmpeq_epi8(_mm_and_si128(all, bits), bits);
    return _mm_blendv_epi8(_mm_set1_epi8(static_cast<char>(zero)), line, mask);
  }
  static void interleave(const Line* lines, Word* out) {
    const __m256i low = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(lines[0], lines[1]));
    const __m256i high = _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(lines[0], lines[1]));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), low);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 8), high);
  }

  struct Epilogue {
    __m256 residual_scale, floor;
    __m256 scale = {}, shift = {};

    Epilogue(float residual, float least)
        : residual_scale(_mm256_set1_ps(residual)), floor(_mm256_set1_ps(least)) {}
    void set(const RowFinish& row) {
      scale = _mm256_set1_ps(row.scale);
      shift = _mm256_set1_ps(row.shift);
    }
  };
  /// Eight results as int32.
  static __m256i finish_eight(const Epilogue& e, const Sum* c, const std::uint8_t* r) {
    __m256 t = _mm256_cvtepi32_ps(load_sums(c));
    t = _mm256_add_ps(_mm256_mul_ps(t, e.scale), e.shift);
    if (r != nullptr) {
      const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(r));
      const __m256 residual = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
      t = _mm256_add_ps(t, _mm256_mul_ps(residual, e.residual_scale));
    }
    t = _mm256_min_ps(_mm256_max_ps(t, e.floor), _mm256_set1_ps(255.0f));
    return _mm256_cvtps_epi32(t);  // To nearest even.
  }
  static void finish(const Epilogue& e, const Sum* c, const std::uint8_t* r, std::uint8_t* out) {
    const __m256i low = finish_eight(e, c, r);
    const __m256i high = finish_eight(e, c + 8, r == nullptr ? nullptr : r + 8);
    // Packing works within 128-bit halves: put the quarters back in order.
    const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xd8);
    const __m128i bytes =
        _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
  }
};

}  // namespace
}  // namespace bitdown::kernels

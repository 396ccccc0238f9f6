// SPDX-License-Identifier: MIT
#pragma once

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "kernels/gemm_i8/gemm_i8.h"

namespace bitdown::kernels {
namespace {

/// Sixteen int32 sums of AVX-512 VNNI; words of four int8.
struct VnniInt8 {
  struct Word {
    std::int8_t k[4];
  };
  using Sum = std::int32_t;
  using Vector = __m512i;
  using Column = __m512i;
  using Line = __m512i;
  static constexpr int kWordK = 4;
  static constexpr int kLanes = 16;
  static constexpr std::uint32_t kPackLanes = 48;
  static constexpr std::uint32_t kFinishLanes = 16;

  static Vector zero() { return _mm512_setzero_si512(); }
  static Column load(const Word* p) { return _mm512_loadu_si512(p); }
  static Column broadcast_word(std::uint32_t bits) {
    return _mm512_set1_epi32(static_cast<std::int32_t>(bits));
  }
  static Column broadcast(const Word* p) {
    std::uint32_t bits;
    std::memcpy(&bits, p, sizeof bits);
    return broadcast_word(bits);
  }
  /// Keeps the numbers, but the compiler knows nothing of them any more.
  static void hide(Column& column) { asm("" : "+v"(column)); }
  /// A lane of a vector. What the compiler knows it would compute anew before every use, which
  /// costs more than the use.
  using Lane = __mmask16;
  static Lane lane(int which) {
    auto mask = static_cast<Lane>(1 << which);
    asm("" : "+Yk"(mask));
    return mask;
  }
  /// `words` with a lane from another vector.
  static Column pick(Column words, Column other, Lane lane) {
    return _mm512_mask_mov_epi32(words, lane, other);
  }
  static Vector load_sums(const Sum* p) { return _mm512_loadu_si512(p); }
  static void store_sums(Sum* p, Vector v) { _mm512_storeu_si512(p, v); }
  /// sum + the four products of unsigned column and signed weight, exactly.
  static Vector multiply_add(Column weight, Column column, Vector sum) {
    return _mm512_dpbusd_epi32(sum, column, weight);
  }

  static Vector add(Vector a, Vector b) { return _mm512_add_epi32(a, b); }
  static Sum total(Vector sums) { return _mm512_reduce_add_epi32(sums); }

  /// 64 bytes.
  static Line load_line(const std::uint8_t* p) { return _mm512_loadu_si512(p); }
  static Line load_inside(const std::uint8_t* p, std::uint64_t inside, std::uint8_t zero) {
    return _mm512_mask_loadu_epi8(_mm512_set1_epi8(static_cast<char>(zero)), inside, p);
  }
  /// Unpacking works within 128-bit parts. So part i first gets positions 4 i to 4 i + 3, those 16
  /// on, 32 on and 48 on, which end up in vectors of their own.
  static __m512i spread(Line line) {
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return _mm512_permutexvar_epi32(order, line);
  }
  static void interleave(const Line* lines, Word* out) {
    const __m512i a = spread(lines[0]);
    const __m512i b = spread(lines[1]);
    const __m512i c = spread(lines[2]);
    const __m512i d = spread(lines[3]);
    const __m512i ab_low = _mm512_unpacklo_epi8(a, b);
    const __m512i ab_high = _mm512_unpackhi_epi8(a, b);
    const __m512i cd_low = _mm512_unpacklo_epi8(c, d);
    const __m512i cd_high = _mm512_unpackhi_epi8(c, d);
    _mm512_storeu_si512(out, _mm512_unpacklo_epi16(ab_low, cd_low));
    _mm512_storeu_si512(out + 16, _mm512_unpackhi_epi16(ab_low, cd_low));
    _mm512_storeu_si512(out + 32, _mm512_unpacklo_epi16(ab_high, cd_high));
  }

  struct Epilogue {
    __m512 residual_scale, floor;
    __m512 scale = {}, shift = {};

    Epilogue(float residual, float least)
        : residual_scale(_mm512_set1_ps(residual)), floor(_mm512_set1_ps(least)) {}
    void set(const RowFinish& row) {
      scale = _mm512_set1_ps(row.scale);
      shift = _mm512_set1_ps(row.shift);
    }
  };
  /// Sixteen results as bytes. Narrowing saturates, so that nothing else cuts at 255.
  static __m128i finish_sixteen(const Epilogue& e, __m512i c, __m128i r, bool has_residual) {
    __m512 t = _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(c), e.scale), e.shift);
    if (has_residual) {
      const __m512 residual = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(r));
      t = _mm512_add_ps(t, _mm512_mul_ps(residual, e.residual_scale));
    }
    t = _mm512_max_ps(t, e.floor);
    return _mm512_cvtusepi32_epi8(_mm512_cvtps_epi32(t));  // To nearest even.
  }
  static void finish(const Epilogue& e, Vector c, const std::uint8_t* r, std::uint8_t* out) {
    const __m128i residual =
        r == nullptr ? _mm_setzero_si128() : _mm_loadu_si128(reinterpret_cast<const __m128i*>(r));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), finish_sixteen(e, c, residual, r != nullptr));
  }
  static void finish_some(const Epilogue& e, Vector c, const std::uint8_t* r, std::uint8_t* out,
                          std::uint32_t count) {
    const auto mask = static_cast<__mmask16>((1u << count) - 1);
    const __m128i residual = r == nullptr ? _mm_setzero_si128() : _mm_maskz_loadu_epi8(mask, r);
    _mm_mask_storeu_epi8(out, mask, finish_sixteen(e, c, residual, r != nullptr));
  }
  static void finish(const Epilogue& e, const Sum* c, const std::uint8_t* r, std::uint8_t* out) {
    finish(e, load_sums(c), r, out);
  }
  static void finish_some(const Epilogue& e, const Sum* c, const std::uint8_t* r, std::uint8_t* out,
                          std::uint32_t count) {
    const auto mask = static_cast<__mmask16>((1u << count) - 1);
    finish_some(e, _mm512_maskz_loadu_epi32(mask, c), r, out, count);
  }

#if defined(__clang__)
  /// What is computed before stays before, what is loaded after stays after.
  static void pin(Vector& v) {
    asm volatile("" : "+v"(v) : : "memory");
  }
  /// Where compilers cannot turn it into a second broadcast, from another kind of register. GCC 12
  /// then keeps sums in memory, so it goes without.
  static void store_first(Column column, Word* to) {
    asm volatile("vmovd %x1, %0" : "=m"(*to) : "v"(column));
  }
#else
  static void pin(Vector&) {}
#endif
};

}  // namespace
}  // namespace bitdown::kernels

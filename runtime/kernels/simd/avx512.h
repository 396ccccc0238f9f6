// SPDX-License-Identifier: MIT
#pragma once

#include <immintrin.h>

// Internal linkage on purpose, here and in every simd header: see HACKING.md, "A kernel for an
// ISA".
namespace bitdown::kernels {
namespace {

/// Sixteen floats of AVX-512.
struct Avx512 {
  using Word = float;
  using Sum = float;
  using Vector = __m512;
  using Column = Vector;
  static constexpr int kWordK = 1;
  static constexpr int kLanes = 16;

  static Vector zero() { return _mm512_setzero_ps(); }
  static Vector load(const float* p) { return _mm512_loadu_ps(p); }
  static Vector load_sums(const float* p) { return load(p); }
  static void store_sums(float* p, Vector v) { _mm512_storeu_ps(p, v); }
  static Vector broadcast(const float* p) { return _mm512_set1_ps(*p); }
  static Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
  static Vector subtract(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
  static Vector max(Vector a, Vector b) { return _mm512_max_ps(a, b); }
  /// a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }

  /// Lanes 4 i to 4 i + 3: the four floats at p[i].
  static Vector load_fours(const float* const* p) {
    Vector v = _mm512_castps128_ps512(_mm_loadu_ps(p[0]));
    v = _mm512_insertf32x4(v, _mm_loadu_ps(p[1]), 1);
    v = _mm512_insertf32x4(v, _mm_loadu_ps(p[2]), 2);
    return _mm512_insertf32x4(v, _mm_loadu_ps(p[3]), 3);
  }
  /// Of each four lanes: {a[k0], a[k1], b[k2], b[k3]}.
  template <int k0, int k1, int k2, int k3>
  static Vector shuffle_fours(Vector a, Vector b) {
    return _mm512_shuffle_ps(a, b, _MM_SHUFFLE(k3, k2, k1, k0));
  }
  /// Even pairs of lanes to `even`, odd ones to `odd`.
  static void store_pairs(float* even, float* odd, Vector v) {
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    const __m512d pairs = _mm512_permutexvar_pd(order, _mm512_castps_pd(v));
    _mm256_storeu_ps(even, _mm256_castpd_ps(_mm512_castpd512_pd256(pairs)));
    _mm256_storeu_ps(odd, _mm256_castpd_ps(_mm512_extractf64x4_pd(pairs, 1)));
  }
};

}  // namespace
}  // namespace bitdown::kernels

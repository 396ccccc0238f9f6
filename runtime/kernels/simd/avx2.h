// SPDX-License-Identifier: MIT
#pragma once

#include <immintrin.h>

// Internal linkage on purpose, here and in every simd header: see HACKING.md, "A kernel for an
// ISA".
namespace bitdown::kernels {
namespace {

/// Eight floats of AVX2 + FMA.
struct Avx2 {
  using Word = float;
  using Sum = float;
  using Vector = __m256;
  using Column = Vector;
  static constexpr int kWordK = 1;
  static constexpr int kLanes = 8;

  static Vector zero() { return _mm256_setzero_ps(); }
  static Vector load(const float* p) { return _mm256_loadu_ps(p); }
  static Vector load_sums(const float* p) { return load(p); }
  static void store_sums(float* p, Vector v) { _mm256_storeu_ps(p, v); }
  static Vector broadcast(const float* p) { return _mm256_broadcast_ss(p); }
  static Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
  static Vector subtract(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
  static Vector max(Vector a, Vector b) { return _mm256_max_ps(a, b); }
  /// a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }

  /// Lanes 4 i to 4 i + 3: the four floats at p[i].
  static Vector load_fours(const float* const* p) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_loadu_ps(p[0])), _mm_loadu_ps(p[1]), 1);
  }
  /// Of each four lanes: {a[k0], a[k1], b[k2], b[k3]}.
  template <int k0, int k1, int k2, int k3>
  static Vector shuffle_fours(Vector a, Vector b) {
    return _mm256_shuffle_ps(a, b, _MM_SHUFFLE(k3, k2, k1, k0));
  }
  /// Even pairs of lanes to `even`, odd ones to `odd`.
  static void store_pairs(float* even, float* odd, Vector v) {
    const __m256d pairs = _mm256_permute4x64_pd(_mm256_castps_pd(v), _MM_SHUFFLE(3, 1, 2, 0));
    _mm_storeu_ps(even, _mm_castpd_ps(_mm256_castpd256_pd128(pairs)));
    _mm_storeu_ps(odd, _mm_castpd_ps(_mm256_extractf128_pd(pairs, 1)));
  }
};

}  // namespace
}  // namespace bitdown::kernels

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
  static Vector max(Vector a, Vector b) { return _mm256_max_ps(a, b); }
  /// a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
};

}  // namespace
}  // namespace bitdown::kernels

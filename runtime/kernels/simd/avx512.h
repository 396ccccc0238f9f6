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
  static Vector max(Vector a, Vector b) { return _mm512_max_ps(a, b); }
  /// a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
};

}  // namespace
}  // namespace bitdown::kernels

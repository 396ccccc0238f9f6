// SPDX-License-Identifier: MIT
#pragma once

#include <cstring>

namespace bitdown::kernels {
namespace {

/// Four floats in the vector extension of GCC and Clang: SSE2 on x86-64, Advanced SIMD on AArch64,
/// plain code elsewhere. Multiply and add round separately, since not every baseline has fma.
struct Portable {
  using Word = float;
  using Sum = float;
  using Vector = float __attribute__((vector_size(16)));
  using Column = Vector;
  static constexpr int kWordK = 1;
  static constexpr int kLanes = 4;

  static Vector zero() { return Vector{}; }
  static Vector load(const float* p) {
    Vector v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  static Vector load_sums(const float* p) { return load(p); }
  static void store_sums(float* p, Vector v) { std::memcpy(p, &v, sizeof v); }
  static Vector broadcast(const float* p) { return Vector{*p, *p, *p, *p}; }
  static Vector add(Vector a, Vector b) { return a + b; }
  static Vector subtract(Vector a, Vector b) { return a - b; }
  static Vector max(Vector a, Vector b) { return a > b ? a : b; }
  /// a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return a * b + c; }

  static Vector load_fours(const float* const* p) { return load(p[0]); }
  /// {a[k0], a[k1], b[k2], b[k3]}
  template <int k0, int k1, int k2, int k3>
  static Vector shuffle_fours(Vector a, Vector b) {
    return __builtin_shufflevector(a, b, k0, k1, k2 + 4, k3 + 4);
  }
  /// The first pair of lanes to `even`, the second to `odd`.
  static void store_pairs(float* even, float* odd, Vector v) {
    std::memcpy(even, &v, sizeof v / 2);
    std::memcpy(odd, reinterpret_cast<const char*>(&v) + sizeof v / 2, sizeof v / 2);
  }
};

}  // namespace
}  // namespace bitdown::kernels

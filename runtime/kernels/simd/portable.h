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
  static Vector max(Vector a, Vector b) { return a > b ? a : b; }
  /// a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return a * b + c; }
};

}  // namespace
}  // namespace bitdown::kernels

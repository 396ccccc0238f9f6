// SPDX-License-Identifier: MIT
#pragma once

#include <arm_neon.h>

namespace bitdown::kernels {
namespace {

/// Four floats of AArch64 Advanced SIMD.
struct Neon {
  using Word = float;
  using Sum = float;
  using Vector = float32x4_t;
  using Column = Vector;
  static constexpr int kWordK = 1;
  static constexpr int kLanes = 4;
  static constexpr int kLaneWords = 4;

  static Vector zero() { return vdupq_n_f32(0.0f); }
  static Vector load(const float* p) { return vld1q_f32(p); }
  static Vector load_sums(const float* p) { return load(p); }
  static void store_sums(float* p, Vector v) { vst1q_f32(p, v); }
  static Vector broadcast(const float* p) { return vld1q_dup_f32(p); }
  static Vector add(Vector a, Vector b) { return vaddq_f32(a, b); }
  static Vector subtract(Vector a, Vector b) { return vsubq_f32(a, b); }
  static Vector max(Vector a, Vector b) { return vmaxq_f32(a, b); }
  /// a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return vfmaq_f32(c, a, b); }
  /// a[kLane] * b + c
  template <int kLane>
  static Vector multiply_add_lane(Vector a, Vector b, Vector c) {
    return vfmaq_laneq_f32(c, b, a, kLane);
  }

  static Vector load_fours(const float* const* p) { return load(p[0]); }
  /// {a[k0], a[k1], b[k2], b[k3]}
  template <int k0, int k1, int k2, int k3>
  static Vector shuffle_fours(Vector a, Vector b) {
    return __builtin_shufflevector(a, b, k0, k1, k2 + 4, k3 + 4);
  }
  /// The first pair of lanes to `even`, the second to `odd`.
  static void store_pairs(float* even, float* odd, Vector v) {
    vst1_f32(even, vget_low_f32(v));
    vst1_f32(odd, vget_high_f32(v));
  }
};

}  // namespace
}  // namespace bitdown::kernels

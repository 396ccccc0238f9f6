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
  static Vector max(Vector a, Vector b) { return vmaxq_f32(a, b); }
  /// a * b + c
  static Vector multiply_add(Vector a, Vector b, Vector c) { return vfmaq_f32(c, a, b); }
  /// a[kLane] * b + c
  template <int kLane>
  static Vector multiply_add_lane(Vector a, Vector b, Vector c) {
    return vfmaq_laneq_f32(c, b, a, kLane);
  }
};

}  // namespace
}  // namespace bitdown::kernels

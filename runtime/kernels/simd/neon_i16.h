// SPDX-License-Identifier: MIT
#pragma once

#include <arm_neon.h>

#include <cstdint>

namespace bitdown::kernels {
namespace {

/// Eight int16 numbers of AArch64 Advanced SIMD.
struct NeonInt16 {
  static constexpr int kLanes = 8;
  using Vector = int16x8_t;
  struct Wide {
    int32x4_t low, high;
  };
  struct Column {
    int16x8_t first, second;
  };
  struct Weight {
    int16x4_t first, second;
  };
  using Shift = int32x4_t;

  static int16x8_t widen(const std::uint8_t* p) {
    return vreinterpretq_s16_u16(vmovl_u8(vld1_u8(p)));
  }
  static Column interleave(const std::uint8_t* first, const std::uint8_t* second) {
    return {widen(first), widen(second)};
  }
  static Weight broadcast(const std::int16_t* pair) {
    return {vld1_dup_s16(pair), vld1_dup_s16(pair + 1)};
  }
  static Wide start(std::int32_t value) { return {vdupq_n_s32(value), vdupq_n_s32(value)}; }
  /// sum + weight[0] * column[0] + weight[1] * column[1]
  static Wide multiply_add(Weight weight, Column column, Wide sum) {
    sum.low = vmlal_s16(sum.low, vget_low_s16(column.first), weight.first);
    sum.high = vmlal_s16(sum.high, vget_high_s16(column.first), weight.first);
    sum.low = vmlal_s16(sum.low, vget_low_s16(column.second), weight.second);
    sum.high = vmlal_s16(sum.high, vget_high_s16(column.second), weight.second);
    return sum;
  }
  /// To the right: NEON shifts left by a negative number.
  static Shift make_shift(std::uint32_t bits) { return vdupq_n_s32(-static_cast<int>(bits)); }
  static Vector narrow(Wide sum, Shift shift) {
    return vcombine_s16(vmovn_s32(vshlq_s32(sum.low, shift)),
                        vmovn_s32(vshlq_s32(sum.high, shift)));
  }

  static Vector load(const std::int16_t* p) { return vld1q_s16(p); }
  static void store(std::int16_t* p, Vector v) { vst1q_s16(p, v); }
  static Vector add(Vector a, Vector b) { return vaddq_s16(a, b); }
  /// Adds v to kLanes int32 sums, or overwrites them.
  static void add_to(std::int32_t* sums, Vector v, bool overwrite) {
    if (overwrite) {
      vst1q_s32(sums, vmovl_s16(vget_low_s16(v)));
      vst1q_s32(sums + 4, vmovl_s16(vget_high_s16(v)));
    } else {
      vst1q_s32(sums, vaddw_s16(vld1q_s32(sums), vget_low_s16(v)));
      vst1q_s32(sums + 4, vaddw_s16(vld1q_s32(sums + 4), vget_high_s16(v)));
    }
  }
};

}  // namespace
}  // namespace bitdown::kernels

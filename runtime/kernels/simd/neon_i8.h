// SPDX-License-Identifier: MIT
#pragma once

#include <arm_neon.h>

#include <cstdint>

#include "kernels/gemm_i8/gemm_i8.h"

namespace bitdown::kernels {
namespace {

/// Four int32 sums of AArch64 Advanced SIMD; words of one int16: smlal is exact for every operand.
struct NeonInt8 {
  using Word = std::int16_t;
  using Sum = std::int32_t;
  using Vector = int32x4_t;
  using Column = int16x4_t;
  static constexpr int kWordK = 1;
  static constexpr int kLanes = 4;
  static constexpr std::uint32_t kPackLanes = 8;
  static constexpr std::uint32_t kFinishLanes = 8;

  static Vector zero() { return vdupq_n_s32(0); }
  static Column load(const Word* p) { return vld1_s16(p); }
  static Column broadcast(const Word* p) { return vld1_dup_s16(p); }
  static Vector load_sums(const Sum* p) { return vld1q_s32(p); }
  static void store_sums(Sum* p, Vector v) { vst1q_s32(p, v); }
  static Vector multiply_add(Column weight, Column column, Vector sum) {
    return vmlal_s16(sum, weight, column);
  }

  static void interleave(const std::uint8_t* const* lines, Word* out) {
    vst1q_s16(out, vreinterpretq_s16_u16(vmovl_u8(vld1_u8(lines[0]))));
  }

  /// Four results, widened.
  static uint16x4_t finish_four(const Int8FinishArgs& args, const Sum* c, uint16x4_t residual,
                                bool has_residual) {
    float32x4_t t = vcvtq_f32_s32(vld1q_s32(c));
    t = vaddq_f32(vmulq_n_f32(t, args.scale), vdupq_n_f32(args.shift));
    if (has_residual) {
      const float32x4_t r = vcvtq_f32_u32(vmovl_u16(residual));
      t = vaddq_f32(t, vmulq_n_f32(r, args.residual_scale));
    }
    t = vminq_f32(vmaxq_f32(t, vdupq_n_f32(args.floor)), vdupq_n_f32(255.0f));
    return vmovn_u32(vcvtnq_u32_f32(t));  // To nearest even.
  }
  static void finish(const Int8FinishArgs& args, const Sum* c, const std::uint8_t* r,
                     std::uint8_t* out) {
    const uint16x8_t residual = r == nullptr ? vdupq_n_u16(0) : vmovl_u8(vld1_u8(r));
    const uint16x4_t low = finish_four(args, c, vget_low_u16(residual), r != nullptr);
    const uint16x4_t high = finish_four(args, c + 4, vget_high_u16(residual), r != nullptr);
    vst1_u8(out, vmovn_u16(vcombine_u16(low, high)));
  }
};

}  // namespace
}  // namespace bitdown::kernels

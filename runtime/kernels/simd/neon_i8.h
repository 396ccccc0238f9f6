// SPDX-License-Identifier: MIT
#pragma once

#include <arm_neon.h>

#include <cstdint>
#include <cstring>

#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/simd/scalar_epilogue.h"

namespace bitdown::kernels {
namespace {

/// Four int32 sums of AArch64 Advanced SIMD; words of four int8. Activations are packed as x - 128,
/// which row_term() makes good. Two products of signed 8-bit numbers fit int16, as weights are at
/// least -127: 2 * 127 * 128 < 2^15. So smull + smlal + sadalp multiply 16 numbers, where smlal on
/// int16 multiplies four and runs on one pipe of most cores just the same.
struct NeonInt8 {
  struct Word {
    std::int8_t k[4];
  };
  using Sum = std::int32_t;
  using Vector = int32x4_t;
  using Line = uint8x8_t;
  using Column = int8x16_t;  ///< k0, k1 of four positions, then their k2, k3.
  /// One word's k0, k1 in the low half, its k2, k3 in the high half, four times each; the other
  /// halves do not matter.
  struct Weight {
    int8x8_t low;
    int8x16_t high;
  };
  static constexpr int kWordK = 4;
  static constexpr int kLanes = 4;
  static constexpr std::uint32_t kPackLanes = 8;
  static constexpr std::uint32_t kFinishLanes = 8;
  static constexpr int kOffset = 128;

  static Vector zero() { return vdupq_n_s32(0); }
  static Vector add(Vector a, Vector b) { return vaddq_s32(a, b); }
  static Vector broadcast_sum(const Sum* p) { return vld1q_dup_s32(p); }
  static Column load(const Word* p) { return vld1q_s8(p->k); }
  static Weight broadcast(const Word* p) {
    std::int32_t quad;
    std::memcpy(&quad, p, sizeof quad);
    const int16x4_t pairs = vreinterpret_s16_s32(vdup_n_s32(quad));
    return {vreinterpret_s8_s16(vdup_lane_s16(pairs, 0)),
            vreinterpretq_s8_s16(vdupq_lane_s16(pairs, 1))};
  }
  /// Keeps the numbers, but the compiler knows nothing of them any more.
  static void hide(Column& column) { asm("" : "+w"(column)); }
  static Vector load_sums(const Sum* p) { return vld1q_s32(p); }
  static void store_sums(Sum* p, Vector v) { vst1q_s32(p, v); }
  static Vector multiply_add(const Weight& weight, Column column, Vector sum) {
    const int16x8_t products = vmull_s8(weight.low, vget_low_s8(column));
    return vpadalq_s16(sum, vmlal_high_s8(products, weight.high, column));
  }

  template <int kLane>
  static Vector multiply_add_lane(Column weights, Column column, Vector sum) {
    const int16x8_t pairs = vreinterpretq_s16_s8(weights);
    return multiply_add({vreinterpret_s8_s16(vdup_laneq_s16(pairs, 2 * kLane)),
                         vreinterpretq_s8_s16(vdupq_laneq_s16(pairs, 2 * kLane + 1))},
                        column, sum);
  }

  /// 128 * the sum of the weights in these words.
  static Sum row_term(const Word* a, std::uint32_t depth) {
    constexpr std::uint32_t kStep = 4;
    int32x4_t sums = vdupq_n_s32(0);
    std::uint32_t word = 0;
    for (; word + kStep <= depth; word += kStep) {
      sums = vpadalq_s16(sums, vpaddlq_s8(vld1q_s8(a[word].k)));
    }
    Sum sum = vaddvq_s32(sums);
    for (; word < depth; ++word) sum += a[word].k[0] + a[word].k[1] + a[word].k[2] + a[word].k[3];
    return sum * kOffset;
  }

  /// Eight positions of k0, k1 and of k2, k3, as x - 128.
  struct Pairs {
    int16x8_t low, high;
  };
  static Line load_line(const std::uint8_t* p) { return vld1_u8(p); }
  static Line select(std::uint64_t inside, Line line, std::uint8_t zero) {
    const uint8x8_t bits = vcreate_u8(0x8040201008040201u);
    const uint8x8_t mask = vtst_u8(vdup_n_u8(static_cast<std::uint8_t>(inside)), bits);
    return vbsl_u8(mask, line, vdup_n_u8(zero));
  }
  static int16x8_t zip(Line first, Line second) {
    const uint8x8x2_t pairs = vzip_u8(first, second);
    const uint8x16_t bytes = veorq_u8(vcombine_u8(pairs.val[0], pairs.val[1]), vdupq_n_u8(kOffset));
    return vreinterpretq_s16_u8(bytes);
  }
  static Pairs zip(const Line* lines) { return {zip(lines[0], lines[1]), zip(lines[2], lines[3])}; }
  static void store(Word* out, int16x8_t first, int16x8_t second) {
    vst1q_s8(out[0].k, vreinterpretq_s8_s16(first));
    vst1q_s8(out[4].k, vreinterpretq_s8_s16(second));
  }
  static void interleave(const Line* lines, Word* out) {
    const Pairs pairs = zip(lines);
    store(out, vcombine_s16(vget_low_s16(pairs.low), vget_low_s16(pairs.high)),
          vcombine_s16(vget_high_s16(pairs.low), vget_high_s16(pairs.high)));
  }

  using Epilogue = ScalarEpilogue;
  /// Four results, widened. Narrowing saturates, so that nothing else cuts at 255.
  static uint16x4_t finish_four(const Epilogue& e, const Sum* c, uint16x4_t residual,
                                bool has_residual) {
    float32x4_t t = vcvtq_f32_s32(vld1q_s32(c));
    t = vaddq_f32(vmulq_n_f32(t, e.scale), vdupq_n_f32(e.shift));
    if (has_residual) {
      const float32x4_t r = vcvtq_f32_u32(vmovl_u16(residual));
      t = vaddq_f32(t, vmulq_n_f32(r, e.residual_scale));
    }
    t = vmaxq_f32(t, vdupq_n_f32(e.floor));
    return vqmovn_u32(vcvtnq_u32_f32(t));  // To nearest even.
  }
  static void finish(const Epilogue& e, const Sum* c, const std::uint8_t* r, std::uint8_t* out) {
    const uint16x8_t residual = r == nullptr ? vdupq_n_u16(0) : vmovl_u8(vld1_u8(r));
    const uint16x4_t low = finish_four(e, c, vget_low_u16(residual), r != nullptr);
    const uint16x4_t high = finish_four(e, c + 4, vget_high_u16(residual), r != nullptr);
    vst1_u8(out, vqmovn_u16(vcombine_u16(low, high)));
  }
};

}  // namespace
}  // namespace bitdown::kernels

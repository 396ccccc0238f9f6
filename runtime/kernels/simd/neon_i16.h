// SPDX-License-Identifier: MIT
#pragma once

#include <arm_neon.h>

#include <cstdint>

namespace bitdown::kernels {
namespace {

/// Eight int16 numbers of AArch64 Advanced SIMD. Tables are built by the products of `Int8`: that
/// of NeonInt8 multiplies twice as many numbers an instruction as smlal on int16, sdot eight times.
template <typename Int8>
struct NeonInt16 {
  using Number = std::int8_t;
  static constexpr std::uint32_t kWordK = Int8::kWordK;
  static constexpr int kLanes = 8;
  using Vector = int16x8_t;
  struct Wide {
    int32x4_t low, high;
  };
  struct Column {
    typename Int8::Column low, high;
  };
  using Weight = decltype(Int8::broadcast(nullptr));
  using Shift = int32x4_t;

  /// Words of x - 128, which is how Int8 packs them.
  static Column interleave(const std::uint8_t* const* lines) {
    typename Int8::Line line[kWordK];
    for (std::uint32_t i = 0; i < kWordK; ++i) line[i] = Int8::load_line(lines[i]);
    typename Int8::Word words[kLanes];
    Int8::interleave(line, words);
    return {Int8::load(words), Int8::load(words + 4)};
  }
  static Weight broadcast(const Number* word) {
    return Int8::broadcast(reinterpret_cast<const typename Int8::Word*>(word));
  }
  /// What sums begin with: narrow() rounds.
  static Wide start(std::uint32_t) { return {vdupq_n_s32(0), vdupq_n_s32(0)}; }
  static Wide multiply_add(Weight weight, Column column, Wide sum) {
    return {Int8::multiply_add(weight, column.low, sum.low),
            Int8::multiply_add(weight, column.high, sum.high)};
  }
  /// To the right: NEON shifts left by a negative number.
  static Shift make_shift(std::uint32_t bits) { return vdupq_n_s32(-static_cast<int>(bits)); }
  static Vector narrow(Wide sum, Shift shift) {
    return vmovn_high_s32(vmovn_s32(vrshlq_s32(sum.low, shift)), vrshlq_s32(sum.high, shift));
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

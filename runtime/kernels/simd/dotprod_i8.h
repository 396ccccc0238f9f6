// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/simd/neon_i8.h"

namespace bitdown::kernels {
namespace {

/// NEON with the dot product of ARMv8.2: sdot multiplies the four int8 of a word in each lane and
/// adds them to an int32. It wants both sides signed, so activations are packed as in NeonInt8.
struct DotprodInt8 : NeonInt8 {
  static constexpr int kLaneWords = 4;

  static Column broadcast(const Word* p) {
    std::int32_t quad;
    std::memcpy(&quad, p, sizeof quad);
    return vreinterpretq_s8_s32(vdupq_n_s32(quad));
  }
  static Vector multiply_add(Column weight, Column column, Vector sum) {
    return vdotq_s32(sum, column, weight);
  }
  template <int kLane>
  static Vector multiply_add_lane(Column weights, Column column, Vector sum) {
    return vdotq_laneq_s32(sum, column, weights, kLane);
  }

  static void interleave(const Line* lines, Word* out) {
    const Pairs pairs = zip(lines);
    store(out, vzip1q_s16(pairs.low, pairs.high), vzip2q_s16(pairs.low, pairs.high));
  }
};

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstdint>

#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/simd/scalar_epilogue.h"

namespace bitdown::kernels {
namespace {

/// Four int32 sums in plain loops; words of two int16, which compilers turn into pmaddwd on x86-64.
struct PortableInt8 {
  struct Word {
    std::int16_t k[2];
  };
  using Sum = std::int32_t;
  static constexpr int kWordK = 2;
  static constexpr int kLanes = 4;
  static constexpr std::uint32_t kPackLanes = 4;
  static constexpr std::uint32_t kFinishLanes = 4;
  struct Vector {
    Sum lane[kLanes];
  };
  struct Column {
    Word lane[kLanes];
  };
  struct Line {
    std::uint8_t lane[kPackLanes];
  };

  static Vector zero() { return {}; }
  static Column load(const Word* p) { return {p[0], p[1], p[2], p[3]}; }
  static Column broadcast(const Word* p) { return {*p, *p, *p, *p}; }
  /// Keeps the numbers, but the compiler knows nothing of them any more.
  static void hide(Column& column) { asm("" : "+m"(column)); }
  static Vector load_sums(const Sum* p) { return {p[0], p[1], p[2], p[3]}; }
  static void store_sums(Sum* p, const Vector& v) {
    for (int i = 0; i < kLanes; ++i) p[i] = v.lane[i];
  }
  static Vector multiply_add(const Column& weight, const Column& column, const Vector& sum) {
    Vector result;
    for (int i = 0; i < kLanes; ++i) {
      result.lane[i] = sum.lane[i] + weight.lane[i].k[0] * column.lane[i].k[0] +
                       weight.lane[i].k[1] * column.lane[i].k[1];
    }
    return result;
  }

  static Sum total(const Vector& sums) {
    return sums.lane[0] + sums.lane[1] + sums.lane[2] + sums.lane[3];
  }

  static Line load_line(const std::uint8_t* p) { return {p[0], p[1], p[2], p[3]}; }
  static Line select(std::uint64_t inside, Line line, std::uint8_t zero) {
    for (std::uint32_t i = 0; i < kPackLanes; ++i) {
      if ((inside >> i & 1) == 0) line.lane[i] = zero;
    }
    return line;
  }
  static void interleave(const Line* lines, Word* out) {
    for (std::uint32_t i = 0; i < kPackLanes; ++i) out[i] = {lines[0].lane[i], lines[1].lane[i]};
  }

  using Epilogue = ScalarEpilogue;
  static void finish(const Epilogue& e, const Sum* c, const std::uint8_t* r, std::uint8_t* out) {
    for (std::uint32_t i = 0; i < kFinishLanes; ++i) {
      float t = static_cast<float>(c[i]) * e.scale + e.shift;
      if (r != nullptr) t += static_cast<float>(r[i]) * e.residual_scale;
      t = t > e.floor ? t : e.floor;
      t = t < 255.0f ? t : 255.0f;
      // Adding 1.5 * 2^23 rounds to nearest even and leaves the integer in the low bits.
      out[i] = static_cast<std::uint8_t>(std::bit_cast<std::uint32_t>(t + 0x1.8p23f));
    }
  }
};

}  // namespace
}  // namespace bitdown::kernels

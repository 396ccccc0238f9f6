// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace bitdown::kernels {
namespace {

/// Eight int16 numbers in plain loops. Sums wrap, so they are unsigned.
struct PortableInt16 {
  using Number = std::int16_t;
  static constexpr std::uint32_t kWordK = 2;
  static constexpr int kLanes = 8;
  struct Vector {
    std::uint16_t lane[kLanes];
  };
  struct Wide {
    std::int32_t lane[kLanes];
  };
  struct Column {
    std::int16_t first[kLanes], second[kLanes];
  };
  struct Weight {
    std::int16_t first, second;
  };
  using Shift = std::uint32_t;

  /// x - 128.
  static Column interleave(const std::uint8_t* const* lines) {
    Column column;
    for (int i = 0; i < kLanes; ++i) {
      column.first[i] = static_cast<std::int16_t>(lines[0][i] - 128);
      column.second[i] = static_cast<std::int16_t>(lines[1][i] - 128);
    }
    return column;
  }
  static Weight broadcast(const std::int16_t* pair) { return {pair[0], pair[1]}; }
  /// What sums begin with, so that narrow() rounds.
  static Wide start(std::uint32_t shift) {
    Wide sum;
    for (int i = 0; i < kLanes; ++i) sum.lane[i] = (1 << shift) >> 1;
    return sum;
  }
  /// sum + weight[0] * column[0] + weight[1] * column[1]
  static Wide multiply_add(Weight weight, const Column& column, Wide sum) {
    for (int i = 0; i < kLanes; ++i) {
      sum.lane[i] += weight.first * column.first[i] + weight.second * column.second[i];
    }
    return sum;
  }
  static Shift make_shift(std::uint32_t bits) { return bits; }
  static Vector narrow(const Wide& sum, Shift shift) {
    Vector result;
    for (int i = 0; i < kLanes; ++i) {
      result.lane[i] = static_cast<std::uint16_t>(sum.lane[i] >> shift);
    }
    return result;
  }

  static Vector load(const std::int16_t* p) {
    Vector v;
    for (int i = 0; i < kLanes; ++i) v.lane[i] = static_cast<std::uint16_t>(p[i]);
    return v;
  }
  static void store(std::int16_t* p, const Vector& v) {
    for (int i = 0; i < kLanes; ++i) p[i] = static_cast<std::int16_t>(v.lane[i]);
  }
  static Vector add(Vector a, const Vector& b) {
    for (int i = 0; i < kLanes; ++i) {
      a.lane[i] = static_cast<std::uint16_t>(a.lane[i] + b.lane[i]);
    }
    return a;
  }
  /// Adds v to kLanes int32 sums, or overwrites them.
  static void add_to(std::int32_t* sums, const Vector& v, bool overwrite) {
    for (int i = 0; i < kLanes; ++i) {
      const auto wide = static_cast<std::int32_t>(static_cast<std::int16_t>(v.lane[i]));
      sums[i] = overwrite ? wide : sums[i] + wide;
    }
  }
};

}  // namespace
}  // namespace bitdown::kernels

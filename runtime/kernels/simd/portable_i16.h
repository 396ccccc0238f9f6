// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace bitdown::kernels {
namespace {

/// Eight int16 numbers in plain loops. Sums wrap, so they are unsigned.
struct PortableInt16 {
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

  static Column interleave(const std::uint8_t* first, const std::uint8_t* second) {
    Column column;
    for (int i = 0; i < kLanes; ++i) {
      column.first[i] = first[i];
      column.second[i] = second[i];
    }
    return column;
  }
  static Weight broadcast(const std::int16_t* pair) { return {pair[0], pair[1]}; }
  static Wide start(std::int32_t value) {
    Wide sum;
    for (int i = 0; i < kLanes; ++i) sum.lane[i] = value;
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

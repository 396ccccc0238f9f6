// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/half/half.h"

namespace bitdown::builder {

/// Activations at rest: fp16 with one exponent for all, so that none overflows.
class HalfTensor {
 public:
  HalfTensor() = default;

  explicit HalfTensor(std::span<const float> values) : halves_(values.size()) {
    float largest = 0;
    for (const float value : values) largest = std::max(largest, std::fabs(value));
    exponent_ = largest > 0x1p14f ? std::ilogb(largest) - 14 : 0;
    const float scale = std::ldexp(1.0f, -exponent_);
    for (std::size_t i = 0; i < values.size(); ++i) {
      halves_[i] = kernels::float_to_half(values[i] * scale);
    }
  }

  std::size_t size() const { return halves_.size(); }

  /// `values` has size() elements.
  void unpack(std::span<float> values) const {
    const float scale = std::ldexp(1.0f, exponent_);
    for (std::size_t i = 0; i < halves_.size(); ++i) {
      values[i] = kernels::half_to_float(halves_[i]) * scale;
    }
  }

 private:
  std::vector<std::uint16_t> halves_;
  int exponent_ = 0;
};

}  // namespace bitdown::builder

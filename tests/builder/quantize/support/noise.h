// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "calibrate/calibrate.h"
#include "support/random.h"

namespace bitdown::tests {

/// Photographs of noise, some of which cannot be read. Neighbouring pixels are alike, so that there
/// is something to learn from them.
class Noise : public builder::CalibrationInputs {
 public:
  explicit Noise(std::size_t count, std::set<std::size_t> broken = {})
      : count_(count), broken_(std::move(broken)) {}

  std::size_t count() const override { return count_; }

  bool load(std::size_t index, std::span<float> input) override {
    Uniform uniform(test_seed() + static_cast<std::uint32_t>(index));
    float value = 0;
    for (float& number : input) number = value = 0.8f * value + uniform();
    return !broken_.contains(index);
  }

 private:
  std::size_t count_;
  std::set<std::size_t> broken_;
};

}  // namespace bitdown::tests

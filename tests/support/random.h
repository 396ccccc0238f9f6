// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>

namespace bitdown::tests {

/// Seed of a randomized test: BITDOWN_SEED to repeat a failure, else fixed. Print it on failure
/// (CAPTURE).
inline std::uint32_t test_seed(std::uint32_t fallback = 20190712) {
  const char* text = std::getenv("BITDOWN_SEED");
  return text == nullptr ? fallback : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

/// Uniform numbers in [-1, 1).
class Uniform {
 public:
  explicit Uniform(std::uint32_t seed) : engine_(seed) {}
  float operator()() { return static_cast<float>(engine_() >> 8) * 0x1p-23f - 1.0f; }
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(engine_() % bound); }

 private:
  std::mt19937 engine_;
};

}  // namespace bitdown::tests

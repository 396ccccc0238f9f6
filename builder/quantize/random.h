// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <utility>

namespace bitdown::builder {

/// Random numbers that are the same on every machine: the standard fixes its engines, but not its
/// distributions.
class Random {
 public:
  /// One stream for each pair.
  Random(std::uint64_t seed, std::uint64_t stream)
      : engine_(seed * 0x9e3779b97f4a7c15u + stream * 0xd1b54a32d192ed03u + 1) {}

  /// In [0, bound), bound >= 1. The bias of the remainder, below 2^-32, does not matter here.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }

  /// In [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

  /// Standard normal (Box and Muller).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

  /// Fisher and Yates; the first `count` places are a uniform draw without replacement.
  template <typename T>
  void shuffle(std::span<T> items, std::size_t count) {
    for (std::size_t i = 0; i < count && i + 1 < items.size(); ++i) {
      std::swap(items[i], items[i + below(items.size() - i)]);
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace bitdown::builder

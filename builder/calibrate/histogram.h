// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bitdown::builder {

/// How often numbers occur, by their sign and size: kBins bins for each sign from 0 outwards, of
/// one width, a power of two that doubles whenever a number does not fit. Doubling joins pairs of
/// bins, so the result depends on the numbers only, not on their order or on how they were spread
/// over histograms that are merged later.
class Histogram {
 public:
  static constexpr std::size_t kBins = 2048;

  Histogram();

  /// Counts the numbers. Returns false, and counts none of them, if one is NaN or beyond 2^96.
  [[nodiscard]] bool add(std::span<const float> values);

  /// As if all that was added to `other` had been added here.
  void merge(const Histogram& other);

  /// Numbers, zeros among them. Zeros are in no bin.
  std::uint64_t count() const { return count_; }
  /// The smallest and the largest of 0 and the numbers, exactly.
  float low() const { return low_; }
  float high() const { return high_; }

  double bin_width() const;
  /// Bin i: numbers x with i <= x / bin_width() < i + 1.
  std::span<const std::uint64_t> positive() const { return {bins_.data(), kBins}; }
  /// The same of -x.
  std::span<const std::uint64_t> negative() const { return {bins_.data() + kBins, kBins}; }

 private:
  void grow(int exponent);

  std::vector<std::uint64_t> bins_;  // Positive, then negative.
  int exponent_;                     // Of the bins' width.
  std::uint64_t count_ = 0;
  float low_ = 0;
  float high_ = 0;
};

}  // namespace bitdown::builder

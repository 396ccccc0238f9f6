// SPDX-License-Identifier: MIT
#include "calibrate/histogram.h"

#include <algorithm>
#include <cmath>

namespace bitdown::builder {
namespace {

constexpr int kBinBits = 11;
static_assert(std::size_t{1} << kBinBits == Histogram::kBins);

// Narrower bins would have no use, and their inverse no float.
constexpr int kSmallestExponent = -100;
constexpr float kLimit = 0x1p96f;

// The narrowest bins that hold numbers up to `reach`.
int exponent_for(float reach) {
  if (reach < std::ldexp(1.0f, kSmallestExponent + kBinBits)) return kSmallestExponent;
  return std::ilogb(reach) + 1 - kBinBits;
}

}  // namespace

Histogram::Histogram() : bins_(2 * kBins, 0), exponent_(kSmallestExponent) {}

double Histogram::bin_width() const {
  return std::ldexp(1.0, exponent_);
}

void Histogram::grow(int exponent) {
  if (exponent <= exponent_) return;
  const int shift = std::min(exponent - exponent_, kBinBits);
  for (auto side = bins_.begin(); side != bins_.end(); side += kBins) {
    for (std::size_t i = 1; i < kBins; ++i) {
      side[static_cast<std::ptrdiff_t>(i >> shift)] += side[static_cast<std::ptrdiff_t>(i)];
      side[static_cast<std::ptrdiff_t>(i)] = 0;
    }
  }
  exponent_ = exponent;
}

bool Histogram::add(std::span<const float> values) {
  bool good = true;
  float low = low_;
  float high = high_;
  for (const float x : values) {
    good &= std::fabs(x) < kLimit;
    low = std::min(low, x);
    high = std::max(high, x);
  }
  if (!good) return false;
  low_ = low;
  high_ = high;
  count_ += values.size();
  grow(exponent_for(std::max(high, -low)));

  const float inverse_width = std::ldexp(1.0f, -exponent_);
  std::uint64_t* const bins = bins_.data();
  for (const float x : values) {  // Without branches: half of the numbers are zeros, at random.
    const auto bin = static_cast<std::size_t>(static_cast<int>(std::fabs(x) * inverse_width));
    bins[bin + (x < 0 ? kBins : 0)] += x != 0 ? 1 : 0;
  }
  return true;
}

void Histogram::merge(const Histogram& other) {
  Histogram added = other;
  const int exponent = std::max(exponent_, other.exponent_);
  grow(exponent);
  added.grow(exponent);
  for (std::size_t i = 0; i < bins_.size(); ++i) bins_[i] += added.bins_[i];
  count_ += other.count_;
  low_ = std::min(low_, other.low_);
  high_ = std::max(high_, other.high_);
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "calibrate/range.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace bitdown::builder {
namespace {

constexpr unsigned kLevels = 255;  // Steps between the 256 numbers.
constexpr unsigned kStepsPerOctave = 64;
constexpr unsigned kOctaves = 8;
constexpr float kNothing = 0x1p-64f;

// The integral of (t - nearest multiple of step)^2 from 0 to x: n whole cells around the multiples
// contribute step^3 / 12 each, and what is left or missing of the last, r, r^3 / 3.
double rounding_integral(double x, double step) {
  const double n = std::floor(x / step + 0.5);
  const double r = x - n * step;
  return n * step * step * step / 12 + r * r * r / 3;
}

// The numbers of one sign, by size. The unit of length is the width of a bin.
class Side {
 public:
  explicit Side(std::span<const std::uint64_t> bins)
      : bins_(bins.begin(), bins.end()), tails_(bins.size() + 1), rounding_(bins.size() + 1) {
    for (std::size_t i = bins_.size(); i-- > 0;) {
      const double left = static_cast<double>(i);
      tails_[i].count = tails_[i + 1].count + bins_[i];
      tails_[i].sum = tails_[i + 1].sum + bins_[i] * (left + 0.5);
      tails_[i].squares = tails_[i + 1].squares + bins_[i] * (left * left + left + 1.0 / 3);
    }
  }

  /// Before error().
  void set_step(double step) {
    step_ = step;
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      rounding_[i + 1] = rounding_[i];
      if (bins_[i] > 0)
        rounding_[i + 1] += bins_[i] * rounding_within(i, static_cast<double>(i + 1));
    }
  }

  /// The sum of squared errors with `levels` steps from 0 to the end of the range.
  double error(unsigned levels) const {
    const double limit = levels * step_;
    const auto bin = static_cast<std::size_t>(limit);
    if (bin >= bins_.size()) return rounding_.back();
    const double beyond = static_cast<double>(bin + 1) - limit;
    const double inside = rounding_[bin] + bins_[bin] * rounding_within(bin, limit);
    const double clipped = bins_[bin] * beyond * beyond * beyond / 3;
    const Tail& tail = tails_[bin + 1];
    return inside + clipped + tail.squares - 2 * limit * tail.sum + limit * limit * tail.count;
  }

 private:
  struct Tail {  // Moments of the numbers from a bin on.
    double count = 0;
    double sum = 0;
    double squares = 0;
  };

  // From the left end of a bin to `right`, for one number a bin.
  double rounding_within(std::size_t bin, double right) const {
    return rounding_integral(right, step_) - rounding_integral(static_cast<double>(bin), step_);
  }

  std::vector<double> bins_;
  std::vector<Tail> tails_;
  std::vector<double> rounding_;  // Of the numbers before a bin.
  double step_ = 1;
};

struct Grid {
  double step = 0;
  unsigned zero_point = 0;
};

ActivationRange range_of(Grid grid) {
  return {static_cast<float>(0 - grid.zero_point * grid.step),
          static_cast<float>((kLevels - grid.zero_point) * grid.step)};
}

// Not below `step`, with 16 significant bits.
double round_up(double step) {
  int exponent = 0;
  const double mantissa = std::frexp(step, &exponent);
  return std::ldexp(std::ceil(std::ldexp(mantissa, 16)), exponent - 16);
}

// One sign of numbers needs no zero point; two need at least one step each, so 254 are shared.
double covering_step(const Histogram& histogram) {
  const double span = static_cast<double>(histogram.high()) - static_cast<double>(histogram.low());
  return span / (histogram.low() < 0 ? kLevels - 1 : kLevels);
}

}  // namespace

double mean_squared_error(const Histogram& histogram, ActivationRange range) {
  if (histogram.count() == 0) return 0;
  const double width = histogram.bin_width();
  const double step = (static_cast<double>(range.max) - static_cast<double>(range.min)) / kLevels;
  const auto zero_point =
      static_cast<unsigned>(std::lround(-static_cast<double>(range.min) / step));
  Side positive(histogram.positive());
  Side negative(histogram.negative());
  positive.set_step(step / width);
  negative.set_step(step / width);
  const double error = positive.error(kLevels - zero_point) + negative.error(zero_point);
  return error * width * width / static_cast<double>(histogram.count());
}

ActivationRange choose_range(const Histogram& histogram) {
  if (std::max(histogram.high(), -histogram.low()) < kNothing) return {0, 1};
  const bool two_signs = histogram.low() < 0;
  const double widest = covering_step(histogram);
  Side positive(histogram.positive());
  Side negative(histogram.negative());
  Grid best;
  double smallest_error = std::numeric_limits<double>::infinity();
  for (unsigned i = 0; i <= kOctaves * kStepsPerOctave; ++i) {
    const double step = round_up(widest * std::exp2(-static_cast<double>(i) / kStepsPerOctave));
    positive.set_step(step / histogram.bin_width());
    negative.set_step(step / histogram.bin_width());
    const unsigned last = two_signs ? kLevels - 1 : 0;
    for (unsigned zero_point = two_signs ? 1 : 0; zero_point <= last; ++zero_point) {
      const double error = positive.error(kLevels - zero_point) + negative.error(zero_point);
      if (error >= smallest_error) continue;
      smallest_error = error;
      best = {step, zero_point};
    }
  }
  return range_of(best);
}

}  // namespace bitdown::builder

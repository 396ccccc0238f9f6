// SPDX-License-Identifier: MIT
#include "image/resize.h"

#include <algorithm>
#include <cmath>
#include <new>

namespace bitdown {
namespace {

constexpr std::int32_t kHalf = 1 << (ResizeAxis::kWeightBits - 1);

// The weights sum to 1 only up to rounding, so white may come out above 255.
std::uint8_t to_pixel(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> ResizeAxis::kWeightBits, 0, 255));
}

double triangle(double x) {
  return std::max(0.0, 1.0 - std::abs(x));
}

template <std::size_t kChannels>
void resize_pixels(const std::uint8_t* source, const ResizeAxis& axis, std::uint8_t* output) {
  for (std::uint32_t i = 0; i < axis.count(); ++i) {
    const ResizeAxis::Taps taps = axis.taps(i);
    const std::uint8_t* pixel = source + kChannels * taps.first;
    std::int32_t sums[kChannels];
    std::fill_n(sums, kChannels, kHalf);
    for (const std::int32_t weight : taps.weights) {
      for (std::size_t c = 0; c < kChannels; ++c) sums[c] += weight * pixel[c];
      pixel += kChannels;
    }
    for (const std::int32_t sum : sums) *output++ = to_pixel(sum);
  }
}

}  // namespace

Result<ResizeAxis> ResizeAxis::create(std::uint32_t source, std::uint64_t target,
                                      std::uint64_t begin, std::uint32_t count) {
  const double scale = static_cast<double>(source) / static_cast<double>(target);
  const double radius = std::max(scale, 1.0);
  const double inverse_radius = 1.0 / radius;

  ResizeAxis axis;
  axis.count_ = count;
  axis.max_taps_ = static_cast<std::size_t>(std::ceil(radius)) * 2 + 1;
  const std::uint64_t weight_count = std::uint64_t{count} * axis.max_taps_;
  if (weight_count > SIZE_MAX / sizeof(double)) {
    return Status(StatusCode::kOutOfMemory, "resize: too many weights");
  }
  axis.ranges_.reset(new (std::nothrow) Range[count]);
  axis.weights_.reset(new (std::nothrow) std::int32_t[static_cast<std::size_t>(weight_count)]);
  const std::unique_ptr<double[]> exact(new (std::nothrow) double[axis.max_taps_]);
  if (!axis.ranges_ || !axis.weights_ || !exact) {
    return Status(StatusCode::kOutOfMemory, "resize: no memory for weights");
  }

  for (std::uint32_t i = 0; i < count; ++i) {
    // The order of the floating-point operations decides the last bit; it is PIL's.
    const double center = (static_cast<double>(begin + i) + 0.5) * scale;
    const double first = std::max(0.0, std::trunc(center - radius + 0.5));
    const double last = std::min(static_cast<double>(source), std::trunc(center + radius + 0.5));
    Range& range = axis.ranges_[i];
    range = {static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(last - first)};

    double sum = 0.0;
    for (std::uint32_t k = 0; k < range.taps; ++k) {
      exact[k] = triangle((k + first - center + 0.5) * inverse_radius);
      sum += exact[k];
    }
    std::int32_t* weights = axis.weights_.get() + i * axis.max_taps_;
    for (std::uint32_t k = 0; k < range.taps; ++k) {
      weights[k] = static_cast<std::int32_t>(0.5 + exact[k] / sum * (1 << kWeightBits));
    }
  }
  return axis;
}

void resize_row(const std::uint8_t* source, std::uint32_t channels, const ResizeAxis& axis,
                std::uint8_t* output) {
  if (channels == 1) {
    resize_pixels<1>(source, axis, output);
  } else {
    resize_pixels<3>(source, axis, output);
  }
}

void blend_rows(const std::uint8_t* first_row, std::size_t stride,
                std::span<const std::int32_t> weights, std::size_t bytes, std::uint8_t* output) {
  for (std::size_t i = 0; i < bytes; ++i) {
    std::int32_t sum = kHalf;
    const std::uint8_t* pixel = first_row + i;
    for (const std::int32_t weight : weights) {
      sum += weight * *pixel;
      pixel += stride;
    }
    output[i] = to_pixel(sum);
  }
}

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "calibrate/calibrate.h"
#include "error.h"
#include "quantize/half_tensor.h"

namespace bitdown::builder {

/// What is thrown where fewer images are usable than it takes: not the network is at fault.
class TooFewImages : public Error {
 public:
  explicit TooFewImages(const std::string& message) : Error(StatusCode::kInvalidData, message) {}
};

/// Prepared photographs in memory, two bytes a number.
class Images {
 public:
  /// Loads those that can be, in their order, on `jobs` threads; each has the shape (C, H, W).
  Images(CalibrationInputs& inputs, const std::vector<std::uint32_t>& shape, unsigned jobs);

  std::size_t count() const { return images_.size(); }

  /// Image `index`, its rows reversed when `mirrored`. `values` has C H W elements.
  void unpack(std::size_t index, bool mirrored, std::span<float> values) const;

 private:
  std::size_t width_;
  std::vector<HalfTensor> images_;
};

}  // namespace bitdown::builder

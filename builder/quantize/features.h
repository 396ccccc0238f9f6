// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "quantize/half_tensor.h"
#include "quantize/images.h"
#include "quantize/segment.h"

namespace bitdown::builder {

/// What flows through a cut of both networks for each image: the state from which the layers behind
/// the cut are measured, so that a layer costs a run of its block and not of the whole network.
/// Kept with two bytes a number, and rounded at each cut, so a network must be followed through all
/// its cuts to arrive at the same numbers.
class Features {
 public:
  /// At the input: the images, mirrored or not.
  Features(const Images& images, bool mirrored, std::size_t elements, unsigned jobs);

  std::size_t count() const { return student_.size(); }

  /// Moves on to the next cut: `student` and `teacher` are the nodes between, from the old cut's
  /// value to the new one's, which has `elements`.
  void advance(Segment& student, Segment& teacher, std::size_t elements, unsigned jobs);

  /// Of image `index`; the spans have as many elements as the cut's value.
  void unpack(std::size_t index, std::span<float> student, std::span<float> teacher) const;

  /// Numbers of the current cut's value.
  std::size_t elements() const { return elements_; }

 private:
  std::size_t elements_;
  std::vector<HalfTensor> student_;
  std::vector<HalfTensor> teacher_;
};

}  // namespace bitdown::builder

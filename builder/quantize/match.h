// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "quantize/matrix.h"
#include "quantize/moments.h"

namespace bitdown::builder {

/// Scale and shift of a quantized layer's outputs.
struct Affine {
  std::vector<float> scale;
  std::vector<float> shift;
};

/// Chooses, for each output o of y = scale q_o x + shift, the scale between that which gives y the
/// float network's variance,
///
///   sqrt(var z / q' cov(x) q),                     (shrink = 0)
///
/// and that of least squares, cov(z, q x) / q' cov(x) q (shrink = 1), by their geometric mean, and
/// the shift that gives y + the student's residual the float network's mean. This is what
/// re-estimating batch-norm by a forward pass does, in closed form. A change of the scale beyond a
/// factor of kMostChange against `expected` is cut. `scalable` false: scales stay `expected`.
Affine match(const Matrix& quantized, const Moments& moments, const std::vector<float>& expected,
             bool scalable, double shrink, unsigned jobs);

inline constexpr double kMostChange = 5;

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "quantize/match.h"

#include <algorithm>
#include <cmath>

#include "quantize/linear_algebra.h"

namespace bitdown::builder {
namespace {

double dot(const float* a, const float* b, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum;
}

// Factor to the expected scale, given variances and covariance with the expected scale in them.
double factor(double own, double wanted, double covariance, double shrink) {
  if (!(own > 0) || !(wanted > 0)) return 1;
  const double keep = std::sqrt(wanted / own);
  const double fit = covariance / own;
  const double mixed =
      shrink > 0 && fit > 0 ? std::pow(fit, shrink) * std::pow(keep, 1 - shrink) : keep;
  return std::clamp(mixed, 1 / kMostChange, kMostChange);
}

}  // namespace

Affine match(const Matrix& quantized, const Moments& moments, const std::vector<float>& expected,
             bool scalable, double shrink, unsigned jobs) {
  const Matrix product = multiply(quantized, moments.covariance, jobs);
  const std::size_t columns = quantized.columns;
  Affine affine;
  for (std::size_t o = 0; o < quantized.rows; ++o) {
    const float* q = quantized.row(o);
    auto scale = static_cast<double>(expected[o]);
    if (scalable) {
      const double own = scale * scale * dot(q, product.row(o), columns);
      const double covariance = scale * dot(q, moments.target_cross.row(o), columns);
      const auto wanted = static_cast<double>(moments.target_variance[o]);
      scale *= factor(own, wanted, covariance, shrink);
    }
    const double mean = scale * dot(q, moments.mean.data(), columns);
    affine.scale.push_back(static_cast<float>(scale));
    affine.shift.push_back(static_cast<float>(static_cast<double>(moments.target_mean[o]) +
                                              static_cast<double>(moments.residual_mean[o]) -
                                              mean));
  }
  return affine;
}

}  // namespace bitdown::builder

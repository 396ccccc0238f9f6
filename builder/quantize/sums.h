// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "quantize/matrix.h"

namespace bitdown::builder {

/// Rows of a layer as they are: what the quantized network feeds it, and what it should answer.
struct Rows {
  Matrix inputs;    ///< (n, columns): im2col rows x of the student.
  Matrix targets;   ///< (n, outputs): z = scale W x' + shift of the float network's own input x'.
  Matrix residual;  ///< (n, outputs): the float network's residual minus the student's; empty
                    ///< without a residual.
};

/// First and second moments of those rows over many images. Covariances, because a layer's shift
/// takes up the means exactly.
struct Moments {
  std::size_t rows = 0;
  Matrix covariance;               ///< (columns, columns) of x, divided by rows.
  std::vector<float> mean;         ///< Of x.
  Matrix target_cross;             ///< (outputs, columns): cov(z, x).
  std::vector<float> target_mean;  ///< Of z.
  std::vector<float> target_variance;
  Matrix residual_cross;             ///< (outputs, columns): cov(residual, x), or empty.
  std::vector<float> residual_mean;  ///< Zeros without a residual.
};

/// Sums over rows from which their moments follow. The means of the first rows are subtracted from
/// all, so that little is lost to cancellation.
class Sums {
 public:
  /// The first `count` rows, which it may change. The same columns in every call.
  void add(Rows& rows, std::size_t count, unsigned jobs);

  /// After at least one row.
  Moments finish() &&;

 private:
  void start(const Rows& rows, std::size_t count);
  std::vector<float> means(const std::vector<double>& sums) const;
  Matrix centred(Matrix sums, const std::vector<float>& a, const std::vector<float>& b) const;

  std::size_t count_ = 0;
  Matrix gram_;
  Matrix target_cross_;
  Matrix residual_cross_;
  std::vector<double> input_sum_;
  std::vector<double> target_sum_;
  std::vector<double> target_squares_;
  std::vector<double> residual_sum_;
  std::vector<float> input_offset_;
  std::vector<float> target_offset_;
};

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "quantize/sums.h"

#include <algorithm>
#include <utility>

#include "quantize/linear_algebra.h"

namespace bitdown::builder {
namespace {

void subtract(Matrix& matrix, std::size_t count, const std::vector<float>& offset) {
  for (std::size_t r = 0; r < count; ++r) {
    float* row = matrix.row(r);
    for (std::size_t c = 0; c < matrix.columns; ++c) row[c] -= offset[c];
  }
}

void add_sums(const Matrix& matrix, std::size_t count, std::vector<double>& sums) {
  for (std::size_t r = 0; r < count; ++r) {
    const float* row = matrix.row(r);
    for (std::size_t c = 0; c < matrix.columns; ++c) sums[c] += static_cast<double>(row[c]);
  }
}

void add_squares(const Matrix& matrix, std::size_t count, std::vector<double>& sums) {
  for (std::size_t r = 0; r < count; ++r) {
    const float* row = matrix.row(r);
    for (std::size_t c = 0; c < matrix.columns; ++c) {
      sums[c] += static_cast<double>(row[c]) * static_cast<double>(row[c]);
    }
  }
}

std::vector<float> column_means(const Matrix& matrix, std::size_t count) {
  std::vector<double> sums(matrix.columns);
  add_sums(matrix, count, sums);
  std::vector<float> result;
  for (const double sum : sums) {
    result.push_back(static_cast<float>(sum / static_cast<double>(count)));
  }
  return result;
}

}  // namespace

void Sums::add(Rows& rows, std::size_t count, unsigned jobs) {
  if (count_ == 0) start(rows, count);
  subtract(rows.inputs, count, input_offset_);
  subtract(rows.targets, count, target_offset_);
  add_gram(rows.inputs, count, gram_, jobs);
  add_transposed_product(rows.targets, rows.inputs, count, target_cross_, jobs);
  add_sums(rows.inputs, count, input_sum_);
  add_sums(rows.targets, count, target_sum_);
  add_squares(rows.targets, count, target_squares_);
  if (rows.residual.columns > 0) {
    add_transposed_product(rows.residual, rows.inputs, count, residual_cross_, jobs);
    add_sums(rows.residual, count, residual_sum_);
  }
  count_ += count;
}

Moments Sums::finish() && {
  mirror(gram_);
  Moments moments;
  moments.rows = count_;
  moments.mean = means(input_sum_);
  moments.target_mean = means(target_sum_);
  moments.residual_mean = means(residual_sum_);
  moments.covariance = centred(std::move(gram_), moments.mean, moments.mean);
  moments.target_cross = centred(std::move(target_cross_), moments.target_mean, moments.mean);
  moments.residual_cross = centred(std::move(residual_cross_), moments.residual_mean, moments.mean);
  for (std::size_t i = 0; i < target_squares_.size(); ++i) {
    const double mean = target_sum_[i] / static_cast<double>(count_);
    const double square = target_squares_[i] / static_cast<double>(count_);
    moments.target_variance.push_back(static_cast<float>(std::max(0.0, square - mean * mean)));
  }
  for (std::size_t i = 0; i < input_offset_.size(); ++i) moments.mean[i] += input_offset_[i];
  for (std::size_t i = 0; i < target_offset_.size(); ++i) {
    moments.target_mean[i] += target_offset_[i];
  }
  return moments;
}

void Sums::start(const Rows& rows, std::size_t count) {
  const std::size_t columns = rows.inputs.columns;
  const std::size_t outputs = rows.targets.columns;
  gram_ = Matrix(columns, columns);
  target_cross_ = Matrix(outputs, columns);
  if (rows.residual.columns > 0) residual_cross_ = Matrix(outputs, columns);
  input_sum_.resize(columns);
  target_sum_.resize(outputs);
  target_squares_.resize(outputs);
  residual_sum_.resize(outputs);
  input_offset_ = column_means(rows.inputs, count);
  target_offset_ = column_means(rows.targets, count);
}

std::vector<float> Sums::means(const std::vector<double>& sums) const {
  std::vector<float> result;
  for (const double sum : sums) {
    result.push_back(static_cast<float>(sum / static_cast<double>(count_)));
  }
  return result;
}

// sums / rows - a b' .
Matrix Sums::centred(Matrix sums, const std::vector<float>& a, const std::vector<float>& b) const {
  const float share = 1.0f / static_cast<float>(count_);
  for (std::size_t r = 0; r < sums.rows; ++r) {
    float* row = sums.row(r);
    for (std::size_t c = 0; c < sums.columns; ++c) row[c] = row[c] * share - a[r] * b[c];
  }
  return sums;
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "quantize/target.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "quantize/linear_algebra.h"

namespace bitdown::builder {
namespace {

constexpr double kFirstRidge = 0.1;
constexpr double kSmallestRidge = 0.003;
constexpr double kLargestRidge = 30;
constexpr double kFactor = 3;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// targets + residual - their means.
Matrix centred_answers(const Moments& moments, const Rows& rows) {
  Matrix answers = rows.targets;
  for (std::size_t r = 0; r < answers.rows; ++r) {
    for (std::size_t o = 0; o < answers.columns; ++o) {
      float value = answers.at(r, o) - moments.target_mean[o];
      if (rows.residual.columns > 0) value += rows.residual.at(r, o) - moments.residual_mean[o];
      answers.at(r, o) = value;
    }
  }
  return answers;
}

Matrix centred_inputs(const Moments& moments, const Rows& rows) {
  Matrix inputs = rows.inputs;
  for (std::size_t r = 0; r < inputs.rows; ++r) {
    for (std::size_t c = 0; c < inputs.columns; ++c) inputs.at(r, c) -= moments.mean[c];
  }
  return inputs;
}

double dot(const Matrix& a, const Matrix& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    sum += static_cast<double>(a.values[i]) * static_cast<double>(b.values[i]);
  }
  return sum;
}

void add(double factor, const Matrix& from, Matrix& to) {
  const auto f = static_cast<float>(factor);
  for (std::size_t i = 0; i < to.values.size(); ++i) to.values[i] += f * from.values[i];
}

class Search {
 public:
  Search(const Matrix& weights, const Moments& moments, const Rows& held_out, bool residual,
         unsigned jobs)
      : weights_(weights),
        moments_(moments),
        residual_(residual && moments.residual_cross.rows > 0),
        jobs_(jobs),
        inputs_(centred_inputs(moments, held_out)),
        answers_(centred_answers(moments, held_out)) {
    best_.weights = weights;
    if (answers_.rows > 0) error_ = error_of(weights);
  }

  /// Its error on the rows held out; infinite without such rows or a solution.
  double try_ridge(double ridge) {
    const double l = ridge * mean_diagonal(moments_.covariance);
    Matrix sides = moments_.target_cross;
    add(l, weights_, sides);
    Target candidate;
    candidate.ridge = ridge;
    Matrix correction;
    const bool solved =
        l > 0 && solve_ridge(moments_.covariance, l, sides, candidate.weights, jobs_) &&
        (!residual_ ||
         solve_ridge(moments_.covariance, l, moments_.residual_cross, correction, jobs_));
    return solved ? consider(std::move(candidate), correction) : kInfinity;
  }

  Target best() && { return std::move(best_); }

 private:
  double error_of(const Matrix& weights) const {
    Matrix errors = multiply_transposed(inputs_, weights, jobs_);
    add(-1, answers_, errors);
    return dot(errors, errors);
  }

  double consider(Target candidate, const Matrix& correction) {
    if (answers_.rows == 0) {
      best_ = std::move(candidate);
      return kInfinity;
    }
    if (residual_) {
      candidate.share = best_share(candidate.weights, correction);
      add(candidate.share, correction, candidate.weights);
    }
    const double error = error_of(candidate.weights);
    if (error < error_) {
      error_ = error;
      best_ = std::move(candidate);
    }
    return error;
  }

  // The error is quadratic in the share.
  double best_share(const Matrix& weights, const Matrix& correction) const {
    Matrix missing = multiply_transposed(inputs_, weights, jobs_);
    for (std::size_t i = 0; i < missing.values.size(); ++i) {
      missing.values[i] = answers_.values[i] - missing.values[i];
    }
    const Matrix change = multiply_transposed(inputs_, correction, jobs_);
    const double square = dot(change, change);
    return square > 0 ? std::clamp(dot(missing, change) / square, 0.0, 1.0) : 0.0;
  }

  const Matrix& weights_;
  const Moments& moments_;
  const bool residual_;
  const unsigned jobs_;
  const Matrix inputs_;
  const Matrix answers_;
  Target best_;
  double error_ = kInfinity;
};

// Multiplies the ridge by the factor as long as the error falls; whether it did once.
bool climb(Search& search, double ridge, double factor, double error) {
  bool fell = false;
  for (ridge *= factor; ridge > kSmallestRidge && ridge < kLargestRidge; ridge *= factor) {
    const double next = search.try_ridge(ridge);
    if (!(next < error)) break;
    error = next;
    fell = true;
  }
  return fell;
}

}  // namespace

Target choose_target(const Matrix& weights, const Moments& moments, const Rows& held_out,
                     bool residual, unsigned jobs) {
  Search search(weights, moments, held_out, residual, jobs);
  const double first = search.try_ridge(kFirstRidge);
  if (held_out.inputs.rows > 0 && !climb(search, kFirstRidge, kFactor, first)) {
    climb(search, kFirstRidge, 1 / kFactor, first);
  }
  return std::move(search).best();
}

double held_out_error(const Matrix& weights, const Moments& moments, const Rows& rows,
                      unsigned jobs) {
  if (rows.inputs.rows == 0) return 0;
  Matrix errors = multiply_transposed(centred_inputs(moments, rows), weights, jobs);
  add(-1, centred_answers(moments, rows), errors);
  return dot(errors, errors) / static_cast<double>(rows.inputs.rows);
}

}  // namespace bitdown::builder

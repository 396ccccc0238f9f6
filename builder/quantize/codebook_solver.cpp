// SPDX-License-Identifier: MIT
#include "quantize/codebook_solver.h"

#include <algorithm>
#include <cmath>

#include "quantize/linear_algebra.h"

namespace bitdown::builder {
namespace {

// Cholesky factors of the preconditioner's blocks.
class Preconditioner {
 public:
  Preconditioner(const Objective& objective, const std::vector<std::uint16_t>& codes,
                 std::size_t entries, std::size_t dimension)
      : entries_(entries), d_(dimension), factors_(entries * dimension * dimension) {
    const std::size_t blocks = objective.targets.columns / d_;
    std::vector<double> weights(entries_);
    for (std::size_t b = 0; b < blocks; ++b) {
      std::fill(weights.begin(), weights.end(), 0.0);
      for (std::size_t o = 0; o < objective.targets.rows; ++o) {
        weights[codes[o * blocks + b]] += static_cast<double>(objective.coupling.at(o, o));
      }
      for (std::size_t k = 0; k < entries_; ++k) {
        if (weights[k] > 0) add_block(objective.metric, b, weights[k], block(k));
      }
    }
    for (std::size_t k = 0; k < entries_; ++k) factorize(block(k));
  }

  /// z = M^-1 r, codeword by codeword; 0 for codewords without blocks.
  std::vector<double> apply(const std::vector<double>& r) const {
    std::vector<double> z = r;
    for (std::size_t k = 0; k < entries_; ++k) solve(block(k), z.data() + k * d_);
    return z;
  }

 private:
  double* block(std::size_t k) { return factors_.data() + k * d_ * d_; }
  const double* block(std::size_t k) const { return factors_.data() + k * d_ * d_; }

  void add_block(const Matrix& metric, std::size_t b, double weight, double* to) const {
    for (std::size_t i = 0; i < d_; ++i) {
      const float* row = metric.row(b * d_ + i) + b * d_;
      for (std::size_t j = 0; j < d_; ++j) to[i * d_ + j] += weight * static_cast<double>(row[j]);
    }
  }

  // Lower triangle, in place; a pivot that is not positive marks a codeword without blocks.
  void factorize(double* a) const {
    for (std::size_t j = 0; j < d_; ++j) {
      for (std::size_t k = 0; k < j; ++k) a[j * d_ + j] -= a[j * d_ + k] * a[j * d_ + k];
      const double pivot = a[j * d_ + j];
      a[j * d_ + j] = pivot > 0 ? std::sqrt(pivot) : 0;
      for (std::size_t i = j + 1; i < d_ && pivot > 0; ++i) {
        for (std::size_t k = 0; k < j; ++k) a[i * d_ + j] -= a[i * d_ + k] * a[j * d_ + k];
        a[i * d_ + j] /= a[j * d_ + j];
      }
    }
  }

  void solve(const double* l, double* x) const {
    for (std::size_t i = 0; i < d_; ++i) {
      for (std::size_t k = 0; k < i; ++k) x[i] -= l[i * d_ + k] * x[k];
      x[i] = l[i * d_ + i] > 0 ? x[i] / l[i * d_ + i] : 0;
    }
    for (std::size_t i = d_; i-- > 0;) {
      for (std::size_t k = i + 1; k < d_; ++k) x[i] -= l[k * d_ + i] * x[k];
      x[i] = l[i * d_ + i] > 0 ? x[i] / l[i * d_ + i] : 0;
    }
  }

  const std::size_t entries_;
  const std::size_t d_;
  std::vector<double> factors_;
};

// (G e S)[o][block], summed by codeword.
std::vector<double> gather(const Objective& objective, const Matrix& e,
                           const std::vector<std::uint16_t>& codes, const Matrix& codebook,
                           unsigned jobs) {
  const Matrix product = multiply(objective.coupling, multiply(e, objective.metric, jobs), jobs);
  const std::size_t d = codebook.columns;
  std::vector<double> sums(codebook.values.size());
  const float* from = product.values.data();
  for (const std::uint16_t code : codes) {
    double* to = sums.data() + code * d;
    for (std::size_t i = 0; i < d; ++i) to[i] += static_cast<double>(*from++);
  }
  return sums;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

void refit_codebook(const Objective& objective, const std::vector<std::uint16_t>& codes,
                    unsigned iterations, Matrix& codebook, unsigned jobs) {
  const std::size_t outputs = objective.targets.rows;
  const Preconditioner preconditioner(objective, codes, codebook.rows, codebook.columns);
  std::vector<double> solution(codebook.values.begin(), codebook.values.end());
  std::vector<double> r =
      gather(objective, errors_of(objective, codebook, codes), codes, codebook, jobs);
  std::vector<double> z = preconditioner.apply(r);
  std::vector<double> p = z;
  double rz = dot(r, z);
  const double enough = 1e-10 * rz;
  Matrix direction(codebook.rows, codebook.columns);
  for (unsigned i = 0; i < iterations && rz > enough; ++i) {
    std::copy(p.begin(), p.end(), direction.values.begin());
    const std::vector<double> ap =
        gather(objective, expand(direction, codes, outputs), codes, codebook, jobs);
    const double curvature = dot(p, ap);
    if (!(curvature > 0)) break;
    const double step = rz / curvature;
    for (std::size_t j = 0; j < p.size(); ++j) {
      solution[j] += step * p[j];
      r[j] -= step * ap[j];
    }
    z = preconditioner.apply(r);
    const double next = dot(r, z);
    for (std::size_t j = 0; j < p.size(); ++j) p[j] = z[j] + next / rz * p[j];
    rz = next;
  }
  std::transform(solution.begin(), solution.end(), codebook.values.begin(),
                 [](double x) { return static_cast<float>(x); });
}

}  // namespace bitdown::builder

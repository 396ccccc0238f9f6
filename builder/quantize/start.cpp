// SPDX-License-Identifier: MIT
#include "quantize/start.h"

#include <algorithm>
#include <cmath>

namespace bitdown::builder {
namespace {

constexpr double kRidge = 1e-6;  // Of the mean diagonal: for channels that are never active.

// L of the mean diagonal block, (d, d), lower triangle.
std::vector<double> factor_of_mean_block(const Matrix& metric, std::size_t d) {
  std::vector<double> l(d * d);
  for (std::size_t at = 0; at + d <= metric.rows; at += d) {
    for (std::size_t i = 0; i < d; ++i) {
      for (std::size_t j = 0; j < d; ++j) {
        l[i * d + j] += static_cast<double>(metric.at(at + i, at + j));
      }
    }
  }
  double trace = 0;
  for (std::size_t i = 0; i < d; ++i) trace += l[i * d + i];
  const double ridge = trace > 0 ? kRidge * trace / static_cast<double>(d) : 1;
  for (std::size_t j = 0; j < d; ++j) {
    l[j * d + j] += ridge;
    for (std::size_t k = 0; k < j; ++k) l[j * d + j] -= l[j * d + k] * l[j * d + k];
    l[j * d + j] = std::sqrt(std::max(l[j * d + j], ridge));
    for (std::size_t i = j + 1; i < d; ++i) {
      for (std::size_t k = 0; k < j; ++k) l[i * d + j] -= l[i * d + k] * l[j * d + k];
      l[i * d + j] /= l[j * d + j];
    }
  }
  return l;
}

// v' = L' v for each row of d numbers.
void transform(const std::vector<double>& l, std::size_t d, Matrix& vectors) {
  std::vector<double> result(d);
  for (std::size_t v = 0; v < vectors.rows; ++v) {
    float* row = vectors.row(v);
    for (std::size_t i = 0; i < d; ++i) {
      result[i] = 0;
      for (std::size_t j = i; j < d; ++j) {
        result[i] += l[j * d + i] * static_cast<double>(row[j]);
      }
    }
    std::copy(result.begin(), result.end(), row);
  }
}

// v = L'^-1 v'.
void transform_back(const std::vector<double>& l, std::size_t d, Matrix& vectors) {
  for (std::size_t v = 0; v < vectors.rows; ++v) {
    float* row = vectors.row(v);
    for (std::size_t i = d; i-- > 0;) {
      auto sum = static_cast<double>(row[i]);
      for (std::size_t j = i + 1; j < d; ++j) sum -= l[j * d + i] * static_cast<double>(row[j]);
      row[i] = static_cast<float>(sum / l[i * d + i]);
    }
  }
}

// (outputs x blocks, d).
Matrix blocks_of(const Matrix& weights, std::size_t d) {
  Matrix vectors;
  vectors.rows = weights.values.size() / d;
  vectors.columns = d;
  vectors.values = weights.values;
  return vectors;
}

}  // namespace

Clusters kmeans_in_metric(const Matrix& weights, const std::vector<float>& importance,
                          const Matrix& metric, std::size_t block_size,
                          const KMeansOptions& options, Random& random, unsigned jobs) {
  const std::vector<double> l = factor_of_mean_block(metric, block_size);
  Matrix vectors = blocks_of(weights, block_size);
  transform(l, block_size, vectors);
  const std::size_t blocks = weights.columns / block_size;
  std::vector<float> vector_weights(vectors.rows);
  for (std::size_t v = 0; v < vectors.rows; ++v) vector_weights[v] = importance[v / blocks];
  Clusters clusters = kmeans(vectors, vector_weights, options, random, jobs);
  transform_back(l, block_size, clusters.codebook);
  return clusters;
}

Clusters kmeans_of_blocks(const Matrix& weights, std::size_t block_size,
                          const KMeansOptions& options, Random& random, unsigned jobs) {
  const Matrix vectors = blocks_of(weights, block_size);
  const std::vector<float> equal(vectors.rows, 1.0f);
  return kmeans(vectors, equal, options, random, jobs);
}

}  // namespace bitdown::builder

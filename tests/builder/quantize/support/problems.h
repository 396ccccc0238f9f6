// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "quantize/matrix.h"
#include "quantize/objective.h"
#include "support/random.h"

namespace bitdown::tests {

using builder::Matrix;

inline Matrix random_matrix(std::size_t rows, std::size_t columns, Uniform& random) {
  Matrix matrix(rows, columns);
  for (float& value : matrix.values) value = random();
  return matrix;
}

/// A symmetric positive definite matrix with strong off-diagonal parts.
inline Matrix random_metric(std::size_t size, Uniform& random) {
  const Matrix factor = random_matrix(size, size, random);
  const Matrix common = random_matrix(1, size, random);
  Matrix metric(size, size);
  for (std::size_t r = 0; r < size; ++r) {
    for (std::size_t c = 0; c < size; ++c) {
      float sum = r == c ? 0.1f : 0.0f;
      for (std::size_t k = 0; k < size; ++k) sum += factor.at(k, r) * factor.at(k, c);
      metric.at(r, c) = sum / static_cast<float>(size) + 2 * common.at(0, r) * common.at(0, c);
    }
  }
  return metric;
}

/// A layer to quantize, small enough for brute force.
struct Problem {
  Matrix targets;
  Matrix metric;
  Matrix coupling;
  Matrix codebook;
  std::vector<std::uint16_t> codes;

  Problem(std::size_t outputs, std::size_t blocks, std::size_t dimension, std::size_t entries,
          std::uint32_t seed) {
    Uniform random(seed);
    targets = random_matrix(outputs, blocks * dimension, random);
    metric = random_metric(blocks * dimension, random);
    coupling = random_metric(outputs, random);
    codebook = random_matrix(entries, dimension, random);
    for (std::size_t i = 0; i < outputs * blocks; ++i) {
      codes.push_back(
          static_cast<std::uint16_t>(random.below(static_cast<std::uint32_t>(entries))));
    }
  }

  builder::Objective objective() const { return {targets, metric, coupling}; }

  double error(std::size_t output, std::size_t column) const {
    const std::size_t d = codebook.columns;
    const std::uint16_t code = codes[output * (targets.columns / d) + column / d];
    return static_cast<double>(targets.at(output, column)) -
           static_cast<double>(codebook.at(code, column % d));
  }

  /// The objective by its definition, in double precision.
  double naive_value() const {
    double sum = 0;
    for (std::size_t c = 0; c < targets.columns; ++c) {
      std::vector<double> weighed(targets.rows);  // E S, column c.
      for (std::size_t o = 0; o < targets.rows; ++o) {
        for (std::size_t r = 0; r < targets.columns; ++r) {
          weighed[o] += error(o, r) * static_cast<double>(metric.at(r, c));
        }
      }
      for (std::size_t o = 0; o < targets.rows; ++o) {
        for (std::size_t p = 0; p < targets.rows; ++p) {
          sum += static_cast<double>(coupling.at(o, p)) * error(o, c) * weighed[p];
        }
      }
    }
    return sum;
  }
};

}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace bitdown::builder {

/// A row-major float matrix.
struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<float> values;

  Matrix() = default;
  /// Zeros.
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}

  float* row(std::size_t index) { return values.data() + index * columns; }
  const float* row(std::size_t index) const { return values.data() + index * columns; }
  float& at(std::size_t r, std::size_t c) { return values[r * columns + c]; }
  float at(std::size_t r, std::size_t c) const { return values[r * columns + c]; }
};

}  // namespace bitdown::builder

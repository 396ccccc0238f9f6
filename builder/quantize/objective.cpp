// SPDX-License-Identifier: MIT
#include "quantize/objective.h"

#include <algorithm>

#include "quantize/linear_algebra.h"

namespace bitdown::builder {

Matrix expand(const Matrix& codebook, const std::vector<std::uint16_t>& codes,
              std::size_t outputs) {
  Matrix quantized(outputs, codes.size() / outputs * codebook.columns);
  float* to = quantized.values.data();
  for (const std::uint16_t code : codes) {
    const float* word = codebook.row(code);
    to = std::copy(word, word + codebook.columns, to);
  }
  return quantized;
}

Matrix errors_of(const Objective& objective, const Matrix& codebook,
                 const std::vector<std::uint16_t>& codes) {
  Matrix errors = expand(codebook, codes, objective.targets.rows);
  for (std::size_t i = 0; i < errors.values.size(); ++i) {
    errors.values[i] = objective.targets.values[i] - errors.values[i];
  }
  return errors;
}

double value(const Objective& objective, const Matrix& codebook,
             const std::vector<std::uint16_t>& codes, unsigned jobs) {
  const Matrix errors = errors_of(objective, codebook, codes);
  const Matrix weighed =
      multiply(objective.coupling, multiply(errors, objective.metric, jobs), jobs);
  double sum = 0;
  for (std::size_t i = 0; i < errors.values.size(); ++i) {
    sum += static_cast<double>(errors.values[i]) * static_cast<double>(weighed.values[i]);
  }
  return sum;
}

std::vector<double> squared_lengths(const Matrix& rows, const Matrix& metric, unsigned jobs) {
  const Matrix weighed = multiply(rows, metric, jobs);
  std::vector<double> result(rows.rows);
  for (std::size_t r = 0; r < rows.rows; ++r) {
    for (std::size_t c = 0; c < rows.columns; ++c) {
      result[r] += static_cast<double>(rows.at(r, c)) * static_cast<double>(weighed.at(r, c));
    }
  }
  return result;
}

}  // namespace bitdown::builder

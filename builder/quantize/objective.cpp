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

std::vector<double> output_errors(const Objective& objective, const Matrix& quantized,
                                  unsigned jobs) {
  Matrix errors = objective.targets;
  for (std::size_t i = 0; i < errors.values.size(); ++i) errors.values[i] -= quantized.values[i];
  const Matrix weighed = multiply(errors, objective.metric, jobs);
  std::vector<double> result(errors.rows);
  for (std::size_t o = 0; o < errors.rows; ++o) {
    for (std::size_t c = 0; c < errors.columns; ++c) {
      result[o] += static_cast<double>(errors.at(o, c)) * static_cast<double>(weighed.at(o, c));
    }
  }
  return result;
}

double value(const Objective& objective, const Matrix& codebook,
             const std::vector<std::uint16_t>& codes, unsigned jobs) {
  const std::vector<double> errors =
      output_errors(objective, expand(codebook, codes, objective.targets.rows), jobs);
  double sum = 0;
  for (std::size_t o = 0; o < errors.size(); ++o) {
    sum += static_cast<double>(objective.importance[o]) * errors[o];
  }
  return sum;
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "non_negative.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bitdown::tests {

double evaluate(const Terms& terms, const Terms& x) {
  double sum = 0;
  for (std::size_t i = 0; i < kTerms; ++i) sum += terms[i] * x[i];
  return sum;
}

Terms fit_non_negative(const std::vector<Equation>& equations) {
  constexpr int kSweeps = 100000;
  // Normal equations of terms / value . x = 1, each unknown in units in which its diagonal is 1.
  std::array<Terms, kTerms> matrix = {};
  Terms right = {};
  for (const Equation& equation : equations) {
    for (std::size_t i = 0; i < kTerms; ++i) {
      right[i] += equation.terms[i] / equation.value;
      for (std::size_t j = 0; j < kTerms; ++j) {
        matrix[i][j] += equation.terms[i] * equation.terms[j] / (equation.value * equation.value);
      }
    }
  }
  Terms x = {};
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    for (std::size_t i = 0; i < kTerms; ++i) {
      if (matrix[i][i] <= 0) continue;
      const double others = evaluate(matrix[i], x) - matrix[i][i] * x[i];
      x[i] = std::max(0.0, (right[i] - others) / matrix[i][i]);
    }
  }
  return x;
}

Terms print_fit(const char* name, const std::vector<Equation>& equations) {
  const Terms x = fit_non_negative(equations);
  std::vector<double> errors;
  for (const Equation& equation : equations) {
    errors.push_back(std::abs(evaluate(equation.terms, x) / equation.value - 1));
  }
  std::sort(errors.begin(), errors.end());
  std::printf("%-7s {%.5g, %.4g, %.4g, %.4g, %.4g, %.4g}\n", name, x[0], x[1], x[2], x[3], x[4],
              x[5]);
  std::printf(
      "        off by %.1f %% at the median, %.1f %% at most in nine of ten, %.1f %% at worst\n",
      100 * errors[errors.size() / 2], 100 * errors[errors.size() * 9 / 10], 100 * errors.back());
  return x;
}

}  // namespace bitdown::tests

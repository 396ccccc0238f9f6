// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace bitdown::tests {

inline constexpr std::size_t kTerms = 6;
using Terms = std::array<double, kTerms>;

/// One equation: terms . x = value.
struct Equation {
  Terms terms;
  double value = 0;
};

/// The x >= 0 with the least sum of squared relative errors, by coordinate descent.
Terms fit_non_negative(const std::vector<Equation>& equations);

/// The same, printed with how far it is off.
Terms print_fit(const char* name, const std::vector<Equation>& equations);

double evaluate(const Terms& terms, const Terms& x);

}  // namespace bitdown::tests

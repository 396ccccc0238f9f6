// SPDX-License-Identifier: MIT
#include "quantize/codebook_solver.h"

#include <cmath>

#include "builder/quantize/support/problems.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

void refit(Problem& problem, unsigned iterations) {
  builder::refit_codebook(problem.objective(), problem.codes, iterations, problem.codebook, 2);
}

TEST_CASE("every iteration lowers the objective") {
  CAPTURE(test_seed());
  const Problem start(12, 9, 4, 5, test_seed());
  double before = start.naive_value();
  for (const unsigned iterations : {1u, 2u, 4u, 8u}) {
    Problem problem = start;
    refit(problem, iterations);
    const double after = problem.naive_value();
    CHECK(after < before);
    before = after;
  }
}

TEST_CASE("the end is the minimum: no number of the codebook can lower the objective") {
  CAPTURE(test_seed());
  for (const std::size_t dimension : {1, 4, 9}) {
    Problem problem(12, 6, dimension, 5, test_seed());
    refit(problem, 200);
    const double minimum = problem.naive_value();
    for (float& number : problem.codebook.values) {
      const float chosen = number;
      for (const float step : {-0.02f, 0.02f}) {
        number = chosen + step;
        CHECK(problem.naive_value() >= minimum * (1 - 1e-6));
      }
      number = chosen;
    }
  }
}

TEST_CASE("a representable layer is found exactly, and codewords without blocks stay") {
  CAPTURE(test_seed());
  Problem problem(12, 6, 4, 8, test_seed());
  for (std::uint16_t& code : problem.codes) code = code == 5 ? 2 : code;
  problem.targets = builder::expand(problem.codebook, problem.codes, 12);
  const Matrix wanted = problem.codebook;
  for (std::size_t k = 0; k < 8; ++k) {
    for (std::size_t e = 0; e < 4 && k != 5; ++e) problem.codebook.at(k, e) += 0.5f;
  }
  refit(problem, 200);
  for (std::size_t i = 0; i < wanted.values.size(); ++i) {
    CHECK(std::abs(problem.codebook.values[i] - wanted.values[i]) < 1e-3f);
  }
  for (std::size_t e = 0; e < 4; ++e) CHECK(problem.codebook.at(5, e) == wanted.at(5, e));
}

}  // namespace
}  // namespace bitdown::tests

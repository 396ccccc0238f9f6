// SPDX-License-Identifier: MIT
#include "quantize/coordinate_descent.h"

#include <algorithm>

#include "builder/quantize/support/problems.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

void sweep(Problem& problem, builder::Random& random, unsigned jobs = 2) {
  builder::sweep_codes(problem.objective(), problem.codebook, random, problem.codes, jobs);
}

TEST_CASE("the objective is its definition") {
  CAPTURE(test_seed());
  const Problem problem(5, 3, 4, 7, test_seed());
  CHECK(builder::value(problem.objective(), problem.codebook, problem.codes, 2) ==
        doctest::Approx(problem.naive_value()).epsilon(1e-4));
}

TEST_CASE("sweeps never raise the objective and end where no single code can lower it") {
  CAPTURE(test_seed());
  // More columns than a group has, and outputs around the tiles.
  for (const std::size_t outputs : {1, 7, 33, 65}) {
    CAPTURE(outputs);
    Problem problem(outputs, 41, 4, 6, test_seed());
    builder::Random random(test_seed(), 0);
    double before = problem.naive_value();
    std::vector<std::uint16_t> codes;
    for (int i = 0; i < 60 && codes != problem.codes; ++i) {
      codes = problem.codes;
      sweep(problem, random);
      const double after = problem.naive_value();
      CHECK(after <= before * (1 + 1e-5));
      before = after;
    }
    REQUIRE(codes == problem.codes);
    for (std::size_t i = 0; i < problem.codes.size(); i += 5) {
      const std::uint16_t chosen = problem.codes[i];
      for (std::uint16_t code = 0; code < 6; ++code) {
        problem.codes[i] = code;
        CHECK(problem.naive_value() >= before * (1 - 1e-5));
      }
      problem.codes[i] = chosen;
    }
  }
}

TEST_CASE("one block alone gets the best of all codewords") {
  CAPTURE(test_seed());
  for (const std::size_t dimension : {1, 2, 9, 18}) {
    Problem problem(11, 1, dimension, 33, test_seed() + static_cast<std::uint32_t>(dimension));
    builder::Random random(1, 0);
    for (std::size_t r = 0; r < 11; ++r) {
      for (std::size_t c = 0; c < 11; ++c) {
        if (r != c) problem.coupling.at(r, c) = 0;
      }
    }
    sweep(problem, random);
    for (std::size_t o = 0; o < 11; ++o) {
      const std::uint16_t chosen = problem.codes[o];
      const double value = problem.naive_value();
      for (std::uint16_t code = 0; code < 33; ++code) {
        problem.codes[o] = code;
        CHECK(problem.naive_value() >= value * (1 - 1e-5));
      }
      problem.codes[o] = chosen;
    }
  }
}

TEST_CASE("an equivalent layer is found again from any codes") {
  CAPTURE(test_seed());
  Problem problem(16, 10, 4, 8, test_seed());
  // Without interaction of blocks and of outputs, one sweep is enough.
  for (std::size_t r = 0; r < 40; ++r) {
    for (std::size_t c = 0; c < 40; ++c) {
      if (r / 4 != c / 4) problem.metric.at(r, c) = 0;
      if (r < 16 && c < 16 && r != c) problem.coupling.at(r, c) = 0;
    }
  }
  const std::vector<std::uint16_t> codes = problem.codes;
  problem.targets = builder::expand(problem.codebook, codes, 16);
  std::fill(problem.codes.begin(), problem.codes.end(), std::uint16_t{3});
  builder::Random random(1, 0);
  sweep(problem, random);
  CHECK(problem.codes == codes);
}

TEST_CASE("codes do not depend on the number of threads") {
  Problem one(130, 20, 9, 32, test_seed());
  Problem three = one;
  builder::Random a(5, 0);
  builder::Random b(5, 0);
  sweep(one, a, 1);
  sweep(three, b, 3);
  CHECK(one.codes == three.codes);
}

}  // namespace
}  // namespace bitdown::tests

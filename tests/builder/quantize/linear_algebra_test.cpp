// SPDX-License-Identifier: MIT
#include "quantize/linear_algebra.h"

#include <cmath>

#include "builder/quantize/support/problems.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

double naive(const Matrix& a, const Matrix& b, std::size_t r, std::size_t c) {
  double sum = 0;
  for (std::size_t k = 0; k < a.columns; ++k) {
    sum += static_cast<double>(a.at(r, k)) * static_cast<double>(b.at(k, c));
  }
  return sum;
}

Matrix transposed(const Matrix& a) {
  Matrix t(a.columns, a.rows);
  for (std::size_t r = 0; r < a.rows; ++r) {
    for (std::size_t c = 0; c < a.columns; ++c) t.at(c, r) = a.at(r, c);
  }
  return t;
}

void check_product(const Matrix& c, const Matrix& a, const Matrix& b) {
  REQUIRE(c.rows == a.rows);
  REQUIRE(c.columns == b.columns);
  for (std::size_t r = 0; r < c.rows; ++r) {
    for (std::size_t k = 0; k < c.columns; ++k) {
      CHECK(static_cast<double>(c.at(r, k)) == doctest::Approx(naive(a, b, r, k)).epsilon(1e-4));
    }
  }
}

TEST_CASE("products equal their definition around the tiles") {
  CAPTURE(test_seed());
  Uniform random(test_seed());
  for (const std::size_t rows : {1, 127, 128, 129}) {
    const Matrix a = random_matrix(rows, 5, random);
    const Matrix b = random_matrix(5, 7, random);
    check_product(builder::multiply(a, b, 2), a, b);
    check_product(builder::multiply_transposed(a, transposed(b), 2), a, b);
  }
}

TEST_CASE("gram matrices and transposed products around the tiles") {
  CAPTURE(test_seed());
  Uniform random(test_seed());
  for (const std::size_t columns : {1, 511, 512, 513}) {
    const Matrix a = random_matrix(4, columns, random);
    const Matrix b = random_matrix(4, 3, random);
    Matrix gram(columns, columns);
    builder::add_gram(a, 3, gram, 2);  // Without the last row,
    builder::mirror(gram);
    Matrix first = a;
    first.rows = 3;
    first.values.resize(3 * columns);
    const Matrix turned = transposed(first);
    for (std::size_t i = 0; i < columns; i += 37) {
      for (std::size_t j = 0; j < columns; j += 41) {
        const double expected = naive(turned, first, i, j);
        CHECK(static_cast<double>(gram.at(i, j)) == doctest::Approx(expected).epsilon(1e-4));
      }
    }
    Matrix cross(columns, 3);
    builder::add_transposed_product(a, b, 4, cross, 2);
    check_product(cross, transposed(a), b);
  }
}

TEST_CASE("results do not depend on the number of threads") {
  Uniform random(test_seed());
  const Matrix a = random_matrix(300, 600, random);
  const Matrix b = random_matrix(600, 600, random);
  CHECK(builder::multiply(a, b, 1).values == builder::multiply(a, b, 3).values);
  Matrix one(600, 600);
  Matrix three(600, 600);
  builder::add_gram(a, 300, one, 1);
  builder::add_gram(a, 300, three, 3);
  CHECK(one.values == three.values);
}

TEST_CASE("solve_ridge solves, and refuses what is not positive definite") {
  CAPTURE(test_seed());
  Uniform random(test_seed());
  const Matrix s = random_metric(20, random);
  const Matrix b = random_matrix(131, 20, random);
  Matrix x;
  REQUIRE(builder::solve_ridge(s, 0.25, b, x, 2));
  Matrix with_ridge = s;
  for (std::size_t i = 0; i < 20; ++i) with_ridge.at(i, i) += 0.25f;
  for (std::size_t r = 0; r < b.rows; ++r) {
    for (std::size_t c = 0; c < 20; ++c) {
      CHECK(std::abs(naive(x, with_ridge, r, c) - static_cast<double>(b.at(r, c))) < 1e-4);
    }
  }
  Matrix negative(2, 2);
  negative.at(0, 0) = -1;
  CHECK_FALSE(builder::solve_ridge(negative, 0.25, random_matrix(1, 2, random), x, 1));
}

}  // namespace
}  // namespace bitdown::tests

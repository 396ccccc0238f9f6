// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "quantize/matrix.h"

/// Dense algebra through OpenBLAS. Work is cut into tiles whose size does not depend on the number
/// of threads, and each tile is computed by one thread, so results do not depend on it either.
namespace bitdown::builder {

/// c = alpha a b + beta c on the calling thread; a (m, k), b (k, n), c (m, n) with the given
/// distances between rows.
struct Product {
  std::size_t m = 0;
  std::size_t n = 0;
  std::size_t k = 0;
  const float* a = nullptr;
  std::size_t a_stride = 0;
  const float* b = nullptr;
  std::size_t b_stride = 0;
  float* c = nullptr;
  std::size_t c_stride = 0;
  float alpha = 1;
  float beta = 0;
  bool a_transposed = false;  ///< a is stored as (k, m).
  bool b_transposed = false;  ///< b is stored as (n, k).
};
void multiply(const Product& product);

/// a b.
Matrix multiply(const Matrix& a, const Matrix& b, unsigned jobs);

/// a b transposed.
Matrix multiply_transposed(const Matrix& a, const Matrix& b, unsigned jobs);

/// c += transposed a times b over the first `rows` rows; c is (a.columns, b.columns).
void add_transposed_product(const Matrix& a, const Matrix& b, std::size_t rows, Matrix& c,
                            unsigned jobs);

/// s += transposed a times a over the first `rows` rows, tiles on and above the diagonal only;
/// mirror() completes the matrix.
void add_gram(const Matrix& a, std::size_t rows, Matrix& s, unsigned jobs);
void mirror(Matrix& s);

/// The mean of the diagonal of a square matrix.
double mean_diagonal(const Matrix& matrix);

/// Solves x (s + ridge I) = b for each row of b, in double precision (Cholesky). `s` is symmetric
/// and positive semidefinite, ridge > 0. Returns false when the sum is not positive definite.
bool solve_ridge(const Matrix& s, double ridge, const Matrix& b, Matrix& x, unsigned jobs);

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "quantize/linear_algebra.h"

#include <cblas.h>

#include <algorithm>
#include <vector>

#include "workers/workers.h"

// LAPACK's Cholesky factorisation and solution, which OpenBLAS brings along.
extern "C" {
void dpotrf_(const char* triangle, const int* n, double* a, const int* stride, int* info);
void dpotrs_(const char* triangle, const int* n, const int* right_sides, const double* a,
             const int* a_stride, double* b, const int* b_stride, int* info);
}

namespace bitdown::builder {
namespace {

constexpr std::size_t kTile = 512;
constexpr std::size_t kRowTile = 128;

std::size_t tiles(std::size_t size, std::size_t tile) {
  return (size + tile - 1) / tile;
}

// The threads are ours: with its own, OpenBLAS would cut products by their number.
void keep_blas_single_threaded() {
  static const bool done = (openblas_set_num_threads(1), true);
  static_cast<void>(done);
}

Matrix multiply_tiled(const Matrix& a, const Matrix& b, bool b_transposed, unsigned jobs) {
  Matrix c(a.rows, b_transposed ? b.rows : b.columns);
  in_parallel(tiles(a.rows, kRowTile), jobs, [&](std::size_t tile) {
    const std::size_t first = tile * kRowTile;
    Product product;
    product.m = std::min(kRowTile, a.rows - first);
    product.n = c.columns;
    product.k = a.columns;
    product.a = a.row(first);
    product.a_stride = a.columns;
    product.b = b.values.data();
    product.b_stride = b.columns;
    product.b_transposed = b_transposed;
    product.c = c.row(first);
    product.c_stride = c.columns;
    multiply(product);
  });
  return c;
}

// Tile (i, j) of c += transposed a times b.
void add_tile(const Matrix& a, const Matrix& b, std::size_t rows, std::size_t i, std::size_t j,
              Matrix& c) {
  Product product;
  product.m = std::min(kTile, a.columns - i * kTile);
  product.n = std::min(kTile, b.columns - j * kTile);
  product.k = rows;
  product.a = a.values.data() + i * kTile;
  product.a_stride = a.columns;
  product.a_transposed = true;
  product.b = b.values.data() + j * kTile;
  product.b_stride = b.columns;
  product.c = c.row(i * kTile) + j * kTile;
  product.c_stride = c.columns;
  product.beta = 1;
  multiply(product);
}

}  // namespace

void multiply(const Product& p) {
  if (p.m == 0 || p.n == 0) return;
  keep_blas_single_threaded();
  cblas_sgemm(CblasRowMajor, p.a_transposed ? CblasTrans : CblasNoTrans,
              p.b_transposed ? CblasTrans : CblasNoTrans, static_cast<int>(p.m),
              static_cast<int>(p.n), static_cast<int>(p.k), p.alpha, p.a,
              static_cast<int>(p.a_stride), p.b, static_cast<int>(p.b_stride), p.beta, p.c,
              static_cast<int>(p.c_stride));
}

Matrix multiply(const Matrix& a, const Matrix& b, unsigned jobs) {
  return multiply_tiled(a, b, false, jobs);
}

Matrix multiply_transposed(const Matrix& a, const Matrix& b, unsigned jobs) {
  return multiply_tiled(a, b, true, jobs);
}

void add_transposed_product(const Matrix& a, const Matrix& b, std::size_t rows, Matrix& c,
                            unsigned jobs) {
  const std::size_t across = tiles(b.columns, kTile);
  in_parallel(tiles(a.columns, kTile) * across, jobs,
              [&](std::size_t tile) { add_tile(a, b, rows, tile / across, tile % across, c); });
}

void add_gram(const Matrix& a, std::size_t rows, Matrix& s, unsigned jobs) {
  const std::size_t across = tiles(a.columns, kTile);
  in_parallel(across * across, jobs, [&](std::size_t tile) {
    if (tile / across <= tile % across) add_tile(a, a, rows, tile / across, tile % across, s);
  });
}

void mirror(Matrix& s) {
  for (std::size_t r = 0; r < s.rows; ++r) {
    for (std::size_t c = 0; c < r; ++c) s.at(r, c) = s.at(c, r);
  }
}

double mean_diagonal(const Matrix& matrix) {
  double trace = 0;
  for (std::size_t i = 0; i < matrix.rows; ++i) trace += static_cast<double>(matrix.at(i, i));
  return trace / static_cast<double>(matrix.rows);
}

bool solve_ridge(const Matrix& s, double ridge, const Matrix& b, Matrix& x, unsigned jobs) {
  keep_blas_single_threaded();
  std::vector<double> factor(s.values.begin(), s.values.end());
  for (std::size_t i = 0; i < s.rows; ++i) factor[i * s.rows + i] += ridge;
  const int n = static_cast<int>(s.rows);
  int info = 0;
  dpotrf_("L", &n, factor.data(), &n, &info);
  if (info != 0) return false;
  x = Matrix(b.rows, b.columns);
  in_parallel(tiles(b.rows, kRowTile), jobs, [&](std::size_t tile) {
    const std::size_t first = tile * kRowTile;
    const std::size_t count = std::min(kRowTile, b.rows - first);
    // A row-major right side is LAPACK's column.
    std::vector<double> sides(b.row(first), b.row(first) + count * b.columns);
    const int columns = static_cast<int>(count);
    int failed = 0;
    dpotrs_("L", &n, &columns, factor.data(), &n, sides.data(), &n, &failed);
    std::copy(sides.begin(), sides.end(), x.row(first));
  });
  return true;
}

}  // namespace bitdown::builder

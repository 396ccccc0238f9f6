// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>

namespace bitdown::kernels {

/// C[r][p] = sum A[r][k] * B[k][p] from the formula, in double: the judge of every GemmKernel. A is
/// (rows, depth), B (depth, positions), C (rows, positions), all row-major and contiguous.
/// `magnitude` receives sum |A * B|, which scales the rounding error a float kernel may have.
inline void gemm_reference(const float* a, const float* b, std::uint32_t rows, std::uint32_t depth,
                           std::uint32_t positions, double* c, double* magnitude) {
  for (std::uint32_t r = 0; r < rows; ++r) {
    for (std::uint32_t p = 0; p < positions; ++p) {
      double sum = 0.0;
      double total = 0.0;
      for (std::uint32_t k = 0; k < depth; ++k) {
        const double product =
            static_cast<double>(a[r * depth + k]) * static_cast<double>(b[k * positions + p]);
        sum += product;
        total += std::fabs(product);
      }
      c[r * positions + p] = sum;
      magnitude[r * positions + p] = total;
    }
  }
}

}  // namespace bitdown::kernels

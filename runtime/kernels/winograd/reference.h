// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// The transforms of winograd.h as matrix products, in double: the judges of every WinogradKernel.
namespace bitdown::kernels {

inline constexpr double kWinogradG[4][3] = {
    {1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
inline constexpr double kWinogradB[4][4] = {
    {1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}};
inline constexpr double kWinogradA[2][4] = {{1, 1, 1, 0}, {0, 1, -1, -1}};

/// out = T in T^T; in (size, size), out (result, result), row-major. T: one of the matrices above,
/// transposed as the formula has it: G, B^T, A^T.
template <std::uint32_t result, std::uint32_t size>
void winograd_reference(const double (&t)[result][size], const double* in, double* out) {
  for (std::uint32_t i = 0; i < result; ++i) {
    for (std::uint32_t j = 0; j < result; ++j) {
      double sum = 0.0;
      for (std::uint32_t y = 0; y < size; ++y) {
        for (std::uint32_t x = 0; x < size; ++x) sum += t[i][y] * in[y * size + x] * t[j][x];
      }
      out[i * result + j] = sum;
    }
  }
}

}  // namespace bitdown::kernels

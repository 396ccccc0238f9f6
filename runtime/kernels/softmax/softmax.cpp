// SPDX-License-Identifier: MIT
#include "kernels/softmax/softmax.h"

#include <algorithm>
#include <cmath>

namespace bitdown::kernels {

void softmax(const float* x, std::size_t count, float* y) {
  const float highest = *std::max_element(x, x + count);
  float sum = 0.0f;
  for (std::size_t i = 0; i < count; ++i) {
    y[i] = std::exp(x[i] - highest);
    sum += y[i];
  }
  for (std::size_t i = 0; i < count; ++i) y[i] /= sum;
}

}  // namespace bitdown::kernels

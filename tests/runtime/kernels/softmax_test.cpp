// SPDX-License-Identifier: MIT
#include "kernels/softmax/softmax.h"

#include <cmath>
#include <vector>

#include "doctest/doctest.h"
#include "support/random.h"

TEST_CASE("softmax agrees with the formula in double, far from zero too, in place") {
  for (const float offset : {0.0f, 1000.0f, -1000.0f}) {
    for (const std::size_t count : {1u, 2u, 1000u}) {
      bitdown::tests::Uniform uniform(bitdown::tests::test_seed());
      std::vector<float> x(count);
      for (float& v : x) v = 10.0f * uniform() + offset;
      double sum = 0.0;
      std::vector<double> expected(count);
      for (std::size_t i = 0; i < count; ++i) {
        sum += expected[i] = std::exp(static_cast<double>(x[i]) - static_cast<double>(offset));
      }
      bitdown::kernels::softmax(x.data(), count, x.data());
      for (std::size_t i = 0; i < count; ++i) {
        const double want = expected[i] / sum;
        CHECK(std::fabs(static_cast<double>(x[i]) - want) <= 1e-5 * want + 1e-30);
      }
    }
  }
}

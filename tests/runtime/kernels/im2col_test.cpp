// SPDX-License-Identifier: MIT
#include "kernels/im2col/im2col.h"

#include "doctest/doctest.h"
#include "kernels/im2col/reference.h"
#include "support/guarded_buffer.h"
#include "support/random.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

TEST_CASE("every element agrees with the formula, whole and in pieces") {
  CAPTURE(tests::test_seed());
  tests::Uniform uniform(tests::test_seed());
  for (const Window& w : tests::sample_windows(2)) {
    tests::GuardedBuffer<float> x(w.channels * w.plane());
    for (float& v : x) v = 2.0f + uniform();  // Never 0, so that padding shows.
    const std::uint32_t all = w.positions();
    CAPTURE(tests::describe(w));
    for (const std::uint32_t piece : {all, 1u, 5u}) {
      for (std::uint32_t first = 0; first < all; first += piece) {
        const std::uint32_t count = std::min(piece, all - first);
        tests::GuardedBuffer<float> line(count);
        for (std::uint32_t k = 0; k < w.channels * w.kernel_h * w.kernel_w; ++k) {
          const float* got = im2col_line(w, x.data(), k, first, count, line.data());
          for (std::uint32_t p = 0; p < count; ++p) {
            REQUIRE(got[p] == im2col_reference(w, x.data(), k, first + p));
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/im2col/im2col.h"

#include "doctest/doctest.h"
#include "kernels/im2col/reference.h"
#include "support/guarded_buffer.h"
#include "support/random.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

TEST_CASE_TEMPLATE("every element agrees with the formula, whole and in pieces", T, float,
                   std::uint8_t) {
  const T zero = static_cast<T>(7);  // Asymmetric activations have a zero point.
  CAPTURE(tests::test_seed());
  tests::Uniform uniform(tests::test_seed());
  for (const Window& w : tests::sample_windows(2)) {
    tests::GuardedBuffer<T> x(w.channels * w.plane());
    for (T& v : x) v = static_cast<T>(100.0f + 90.0f * uniform());  // Never 7.
    const std::uint32_t all = w.positions();
    CAPTURE(tests::describe(w));
    for (const std::uint32_t piece : {all, 1u, 5u}) {
      for (std::uint32_t first = 0; first < all; first += piece) {
        const std::uint32_t count = std::min(piece, all - first);
        tests::GuardedBuffer<T> line(count);
        for (std::uint32_t k = 0; k < w.channels * w.kernel_h * w.kernel_w; ++k) {
          const T* got = im2col_line(w, x.data(), k, first, count, zero, line.data());
          for (std::uint32_t p = 0; p < count; ++p) {
            REQUIRE(got[p] == im2col_reference(w, x.data(), k, first + p, zero));
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/pool/pool.h"

#include <cmath>
#include <limits>
#include <vector>

#include "doctest/doctest.h"
#include "support/guarded_buffer.h"
#include "support/random.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

float max_reference(const Window& w, const float* plane, std::uint32_t oy, std::uint32_t ox) {
  float highest = -std::numeric_limits<float>::infinity();
  for (std::uint32_t ky = 0; ky < w.kernel_h; ++ky) {
    for (std::uint32_t kx = 0; kx < w.kernel_w; ++kx) {
      const std::int64_t y = std::int64_t{oy} * w.stride_h - w.padding_h + ky;
      const std::int64_t x = std::int64_t{ox} * w.stride_w - w.padding_w + kx;
      if (y < 0 || x < 0 || y >= w.height || x >= w.width) continue;
      highest = std::max(highest, plane[y * w.width + x]);
    }
  }
  return highest;
}

TEST_CASE("max pooling agrees with the definition in both layouts") {
  constexpr std::uint32_t kChannels = 3;
  tests::Uniform uniform(tests::test_seed());
  for (const Window& w : tests::sample_windows(kChannels)) {
    CAPTURE(tests::describe(w));
    tests::GuardedBuffer<float> planar(kChannels * w.plane());
    tests::GuardedBuffer<float> interleaved(planar.span().size());
    for (std::size_t i = 0; i < planar.span().size(); ++i) {
      planar[i] = uniform() - 2.0f;  // Below 0, so that padding must not win.
      interleaved[i % w.plane() * kChannels + i / w.plane()] = planar[i];
    }
    tests::GuardedBuffer<float> y(kChannels * w.positions());
    tests::GuardedBuffer<float> y_interleaved(kChannels * w.positions());
    std::vector<std::byte> scratch(max_pool_scratch<float>(w));
    max_pool(w, planar.data(), y.data(), scratch.data());
    max_pool_interleaved(w, interleaved.data(), y_interleaved.data());
    for (std::uint32_t c = 0; c < kChannels; ++c) {
      for (std::uint32_t p = 0; p < w.positions(); ++p) {
        const float expected =
            max_reference(w, planar.data() + c * w.plane(), p / w.out_width, p % w.out_width);
        REQUIRE(y[c * w.positions() + p] == expected);
        REQUIRE(y_interleaved[p * kChannels + c] == expected);
      }
    }
  }
}

void check_bytes(const Window& w) {
  CAPTURE(tests::describe(w));
  tests::Uniform uniform(tests::test_seed());
  tests::GuardedBuffer<std::uint8_t> x(w.channels * w.plane());
  for (auto& v : x) v = static_cast<std::uint8_t>(uniform.below(256));
  const std::vector<float> real(x.begin(), x.end());
  tests::GuardedBuffer<std::uint8_t> y(std::size_t{w.channels} * w.positions());
  tests::GuardedBuffer<std::byte> scratch(max_pool_scratch<std::uint8_t>(w));
  max_pool(w, x.data(), y.data(), scratch.data());
  for (std::uint32_t c = 0; c < w.channels; ++c) {
    for (std::uint32_t p = 0; p < w.positions(); ++p) {
      const float expected =
          max_reference(w, real.data() + c * w.plane(), p / w.out_width, p % w.out_width);
      REQUIRE(static_cast<float>(y[c * w.positions() + p]) == expected);
    }
  }
}

TEST_CASE("max pooling of bytes agrees with the definition") {
  CAPTURE(tests::test_seed());
  for (const Window& w : tests::sample_windows(2)) check_bytes(w);
  for (const std::uint32_t height : {1u, 2u, 5u, 8u}) {
    for (std::uint32_t width = 30; width <= 70; ++width) {
      for (const std::uint32_t padding : {0u, 1u}) {
        if (height + 2 * padding < 3) continue;
        check_bytes({2, height, width, 3, 3, 2, 2, padding, padding,
                     (height + 2 * padding - 3) / 2 + 1, (width + 2 * padding - 3) / 2 + 1});
      }
    }
  }
}

TEST_CASE("global average pooling gives each channel's mean in both layouts") {
  constexpr std::size_t kChannels = 5;
  tests::Uniform uniform(tests::test_seed());
  for (const std::size_t plane : {1u, 2u, 49u, 1000u}) {
    CAPTURE(plane);
    tests::GuardedBuffer<float> planar(kChannels * plane);
    tests::GuardedBuffer<float> interleaved(kChannels * plane);
    std::vector<double> mean(kChannels);
    for (std::size_t i = 0; i < kChannels * plane; ++i) {
      planar[i] = uniform();
      interleaved[i % plane * kChannels + i / plane] = planar[i];
      mean[i / plane] += static_cast<double>(planar[i]) / static_cast<double>(plane);
    }
    tests::GuardedBuffer<float> y(kChannels);
    for (const bool is_planar : {true, false}) {
      if (is_planar) {
        global_average_pool(planar.data(), kChannels, plane, y.data());
      } else {
        global_average_pool_interleaved(interleaved.data(), kChannels, plane, y.data());
      }
      for (std::size_t c = 0; c < kChannels; ++c) {
        CHECK(std::fabs(static_cast<double>(y[c]) - mean[c]) <=
              static_cast<double>(plane) * 0x1p-23);
      }
    }
  }
}

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/half/half.h"
#include "support/float_layer.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"
#include "support/random.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

using Layer = tests::FloatLayer;

void check_layer(const GemmKernel& kernel, Layer& layer, bool relu, bool residual) {
  ConvolutionArgs args = layer.args;
  args.relu = relu;
  const std::size_t outputs = std::size_t{args.weights.rows} * args.window.positions();
  GuardedBuffer<float> y(outputs);
  tests::Uniform uniform(7);
  for (float& v : y) v = uniform();
  const std::vector<float> before(y.begin(), y.end());
  args.residual = residual ? y.data() : nullptr;  // In place, as the memory plan does.
  args.y = y.data();
  const std::size_t bytes = convolution_scratch(args, kernel);
  GuardedBuffer<float> scratch(bytes / sizeof(float));
  std::fill(scratch.begin(), scratch.end(), std::numeric_limits<float>::quiet_NaN());
  convolution(args, kernel, reinterpret_cast<std::byte*>(scratch.data()));
  for (std::size_t i = 0; i < outputs; ++i) {
    const auto o = static_cast<std::uint32_t>(i / args.window.positions());
    const auto p = static_cast<std::uint32_t>(i % args.window.positions());
    const tests::Expected e = tests::expect(args, o, p, residual ? before[i] : 0.0f);
    const double bound = (args.weights.columns + 4) * 0x1p-23 * e.magnitude;
    REQUIRE(std::fabs(static_cast<double>(y[i]) - e.y) <= bound);
  }
  // The same bits in three shares, each in the same dirty scratch.
  const std::vector<float> whole(y.begin(), y.end());
  std::copy(before.begin(), before.end(), y.begin());
  for (std::uint32_t i = 0; i < 3; ++i) {
    convolution(args, kernel, reinterpret_cast<std::byte*>(scratch.data()), {i, 3});
  }
  REQUIRE(std::equal(whole.begin(), whole.end(), y.begin()));
}

template <typename Check>
void for_each_kernel(const Check& check) {
  for (const GemmKernel* kernel : tests::runnable(gemm_kernels())) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(tests::test_seed());
    check(*kernel);
  }
}

TEST_CASE("all window shapes agree with the formula") {
  for_each_kernel([](const GemmKernel& kernel) {
    for (const Window& w : tests::sample_windows(2)) {
      CAPTURE(tests::describe(w));
      Layer dense(w, 5, 0);
      check_layer(kernel, dense, true, false);
      Layer coded(w, 5, w.kernel_h * w.kernel_w);
      check_layer(kernel, coded, false, true);
    }
  });
}

TEST_CASE("row counts around the panel sizes agree, with every epilogue") {
  for_each_kernel([](const GemmKernel& kernel) {
    for (const std::uint32_t rows : {1u, 3u, 4u, 8u, 9u, 31u, 32u, 33u, 65u}) {
      CAPTURE(rows);
      const Window w = {8, 5, 5, 1, 1, 1, 1, 0, 0, 5, 5};
      Layer layer(w, rows, 4);
      check_layer(kernel, layer, false, false);
      check_layer(kernel, layer, true, true);
    }
  });
}

TEST_CASE("depths and planes beyond one chunk and one block of positions agree") {
  for_each_kernel([](const GemmKernel& kernel) {
    Layer deep({160, 7, 7, 3, 3, 1, 1, 1, 1, 7, 7}, 12, 18);  // Many chunks.
    check_layer(kernel, deep, true, true);
    Layer wide({24, 61, 53, 3, 3, 1, 1, 1, 1, 61, 53}, 5, 9);  // Many blocks of positions.
    check_layer(kernel, wide, true, false);
    Layer odd({100, 4, 4, 1, 1, 1, 1, 0, 0, 4, 4}, 5, 100);  // Block size near the chunk.
    check_layer(kernel, odd, false, false);
  });
}

TEST_CASE("absent scale and shift mean 1 and 0; both precisions are read") {
  for_each_kernel([](const GemmKernel& kernel) {
    Layer layer({4, 3, 3, 1, 1, 1, 1, 0, 0, 3, 3}, 6, 4);
    GuardedBuffer<std::uint16_t> half(6);
    for (std::size_t i = 0; i < 6; ++i) {
      half[i] = float_to_half(layer.scale[i]);
      layer.scale[i] = half_to_float(half[i]);
    }
    layer.args.scale = {half.data(), true, 1.0f};
    check_layer(kernel, layer, false, false);
    layer.args.scale = {nullptr, false, 1.0f};
    layer.args.shift = {};
    for (float& v : layer.scale) v = 1.0f;
    for (float& v : layer.shift) v = 0.0f;
    check_layer(kernel, layer, false, false);
  });
}

}  // namespace
}  // namespace bitdown::kernels

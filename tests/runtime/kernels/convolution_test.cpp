// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/half/half.h"
#include "kernels/im2col/reference.h"
#include "kernels/weights/reference.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"
#include "support/random.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

// A layer of random numbers: dense for block_size 0, else coded with K = 16.
struct Layer {
  GuardedBuffer<float> x, scale, shift, dense;
  GuardedBuffer<std::uint8_t> codes;
  GuardedBuffer<std::uint16_t> codebook;
  ConvolutionArgs args;

  Layer(const Window& w, std::uint32_t rows, std::uint32_t block_size)
      : x(w.channels * w.plane()),
        scale(rows),
        shift(rows),
        dense(std::size_t{rows} * w.channels * w.kernel_h * w.kernel_w),
        codes(block_size == 0 ? 1 : dense.span().size() / block_size),
        codebook(16 * std::size_t{block_size} + 1) {
    tests::Uniform uniform(tests::test_seed());
    for (auto* buffer : {&x, &scale, &shift, &dense}) {
      for (float& v : *buffer) v = uniform();
    }
    for (auto& code : codes) code = static_cast<std::uint8_t>(uniform.below(16));
    for (auto& value : codebook) value = float_to_half(uniform());
    args.window = w;
    args.weights.rows = rows;
    args.weights.columns = w.channels * w.kernel_h * w.kernel_w;
    args.weights.coded = block_size != 0;
    args.weights.dense = {dense.data(), false};
    args.weights.codes = {codes.data(), nullptr, 0, codebook.data(), 16, block_size};
    args.scale = {scale.data(), false, 1.0f};
    args.shift = {shift.data(), false, 0.0f};
    args.x = x.data();
  }
};

// One output and the size of its terms, from the formula.
struct Expected {
  double y;
  double magnitude;
};

Expected expect(const ConvolutionArgs& args, const Layer& layer, std::uint32_t o, std::uint32_t p,
                float residual) {
  double sum = 0.0;
  double magnitude = 0.0;
  for (std::uint32_t k = 0; k < args.weights.columns; ++k) {
    const double product = static_cast<double>(weight_reference(args.weights, o, k)) *
                           static_cast<double>(im2col_reference(args.window, args.x, k, p, 0.0f));
    sum += product;
    magnitude += std::fabs(product);
  }
  auto& mutable_layer = const_cast<Layer&>(layer);
  const double scale = static_cast<double>(mutable_layer.scale[o]);
  double y =
      sum * scale + static_cast<double>(mutable_layer.shift[o]) + static_cast<double>(residual);
  if (args.relu) y = std::max(y, 0.0);
  return {y, magnitude * std::fabs(scale) + 2.0};
}

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
    const Expected e = expect(args, layer, o, p, residual ? before[i] : 0.0f);
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

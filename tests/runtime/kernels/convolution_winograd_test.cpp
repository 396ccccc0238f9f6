// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_winograd.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "support/float_layer.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"
#include "support/random.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;
using Layer = tests::FloatLayer;

// The kernels of one ISA, and a layer's codebook for them.
struct Prepared {
  const WinogradKernel& winograd;
  const GemmKernel& gemm;
  GuardedBuffer<float> memory;
  const float* codebook;

  Prepared(const WinogradKernel& kernel, const WeightMatrix& weights)
      : winograd(kernel),
        gemm(select_gemm(kernel.required)),
        memory(winograd_codebook_bytes(weights) / sizeof(float)),
        codebook(prepare_winograd_codebook(weights, kernel,
                                           reinterpret_cast<std::byte*>(memory.data()))) {}

  void run(const ConvolutionArgs& args, Share share, GuardedBuffer<float>& scratch) const {
    convolution_winograd(args, codebook, winograd, gemm,
                         reinterpret_cast<std::byte*>(scratch.data()), share);
  }
};

// Rounding errors grow with transformed numbers, of which each is a sum of up to four, twice.
constexpr double kGrowth = 4.0;

void check_layer(const WinogradKernel& kernel, Layer& layer, bool relu, bool residual) {
  ConvolutionArgs args = layer.args;
  REQUIRE(can_use_winograd(args.weights, args.window));
  const Prepared prepared(kernel, args.weights);
  args.relu = relu;
  const std::size_t outputs = std::size_t{args.weights.rows} * args.window.positions();
  GuardedBuffer<float> y(outputs);
  tests::Uniform uniform(7);
  for (float& v : y) v = uniform();
  const std::vector<float> before(y.begin(), y.end());
  args.residual = residual ? y.data() : nullptr;  // In place, as the memory plan does.
  args.y = y.data();
  GuardedBuffer<float> scratch(winograd_blocking(args.window, kernel).total / sizeof(float));
  std::fill(scratch.begin(), scratch.end(), std::numeric_limits<float>::quiet_NaN());
  prepared.run(args, {}, scratch);
  for (std::size_t i = 0; i < outputs; ++i) {
    const auto o = static_cast<std::uint32_t>(i / args.window.positions());
    const auto p = static_cast<std::uint32_t>(i % args.window.positions());
    const tests::Expected e = tests::expect(args, o, p, residual ? before[i] : 0.0f);
    const double bound = kGrowth * (args.weights.columns + 4) * 0x1p-23 * e.magnitude;
    REQUIRE(std::fabs(static_cast<double>(y[i]) - e.y) <= bound);
  }
  // The same bits in any number of shares, each in the same dirty scratch.
  const std::vector<float> whole(y.begin(), y.end());
  for (const std::uint32_t threads : {2u, 3u, 16u}) {
    std::copy(before.begin(), before.end(), y.begin());
    for (std::uint32_t i = 0; i < threads; ++i) prepared.run(args, {i, threads}, scratch);
    REQUIRE(std::equal(whole.begin(), whole.end(), y.begin()));
  }
}

template <typename Check>
void for_each_kernel(const Check& check) {
  for (const WinogradKernel* kernel : tests::runnable(winograd_kernels())) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(tests::test_seed());
    check(*kernel);
  }
}

TEST_CASE("winograd takes exactly 3x3 layers of stride 1 with whole kernels of byte codes") {
  const Window w = {6, 5, 5, 3, 3, 1, 1, 1, 1, 5, 5};
  CHECK(can_use_winograd(Layer(w, 2, 9).args.weights, w));
  CHECK(can_use_winograd(Layer(w, 2, 18).args.weights, w));
  CHECK_FALSE(can_use_winograd(Layer(w, 2, 0).args.weights, w));
  CHECK_FALSE(can_use_winograd(Layer(w, 2, 6).args.weights, w));
  WeightMatrix many = Layer(w, 2, 9).args.weights;
  many.codes.high_bit_count = 1;
  CHECK_FALSE(can_use_winograd(many, w));
  const Window strided = {6, 5, 5, 3, 3, 2, 1, 1, 1, 3, 5};
  CHECK_FALSE(can_use_winograd(Layer(strided, 2, 9).args.weights, strided));
  const Window flat = {18, 5, 5, 1, 3, 1, 1, 0, 1, 5, 5};
  CHECK_FALSE(can_use_winograd(Layer(flat, 2, 9).args.weights, flat));
}

TEST_CASE("windows of every size, with and without padding, agree with the formula") {
  for_each_kernel([](const WinogradKernel& kernel) {
    for (std::uint32_t height = 1; height <= 9; ++height) {
      for (const std::uint32_t width : {1u, 2u, 3u, 7u, 8u, 17u, 26u}) {
        for (const std::uint32_t padding : {0u, 1u, 2u}) {
          if (std::min(height, width) + 2 * padding < 3) continue;
          const Window w = {2,
                            height,
                            width,
                            3,
                            3,
                            1,
                            1,
                            padding,
                            padding,
                            height + 2 * padding - 2,
                            width + 2 * padding - 2};
          CAPTURE(tests::describe(w));
          Layer layer(w, 3, height % 2 == 0 ? 9 : 18);
          check_layer(kernel, layer, width % 2 == 0, width > 3);
        }
      }
    }
  });
}

TEST_CASE("numbers of rows and channels around the kernel's agree, with every epilogue") {
  for_each_kernel([](const WinogradKernel& kernel) {
    for (const std::uint32_t rows : {1u, 3u, 4u, 5u, 8u, 9u, 33u}) {
      for (const std::uint32_t kernels : {1u, 2u, 3u}) {
        CAPTURE(rows);
        CAPTURE(kernels);
        Layer layer({6, 5, 6, 3, 3, 1, 1, 1, 1, 5, 6}, rows, 9 * kernels);
        check_layer(kernel, layer, false, false);
        check_layer(kernel, layer, true, true);
      }
    }
  });
}

TEST_CASE("many channels and many blocks of tiles agree") {
  for_each_kernel([](const WinogradKernel& kernel) {
    Layer deep({320, 7, 7, 3, 3, 1, 1, 1, 1, 7, 7}, 9, 18);
    check_layer(kernel, deep, true, true);
    Layer wide({24, 81, 73, 3, 3, 1, 1, 1, 1, 81, 73}, 5, 9);
    check_layer(kernel, wide, true, false);
    Layer huge({512, 5, 70, 3, 3, 1, 1, 1, 1, 5, 70}, 2, 9);  // A row of tiles beyond a block.
    check_layer(kernel, huge, false, false);
  });
}

}  // namespace
}  // namespace bitdown::kernels

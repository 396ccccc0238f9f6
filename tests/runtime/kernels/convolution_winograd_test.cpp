// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_winograd.h"

#include <algorithm>

#include "doctest/doctest.h"
#include "support/float_layer_check.h"
#include "support/guarded_buffer.h"
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

  void run(const ConvolutionArgs& args, Share share, std::byte* scratch) const {
    convolution_winograd(args, codebook, winograd, gemm, scratch, share);
  }
};

// Rounding errors grow with transformed numbers, of which each is a sum of up to four, twice.
constexpr double kGrowth = 4.0;

void check_layer(const WinogradKernel& kernel, Layer& layer, bool relu, bool residual) {
  REQUIRE(can_use_winograd(layer.args.weights, layer.args.window));
  const Prepared prepared(kernel, layer.args.weights);
  const std::uint64_t bytes = winograd_blocking(layer.args.window, kernel).total;
  tests::check_float_layer(layer, relu, residual, bytes, kGrowth, {2, 3, 16},
                           [&](const auto& args, Share share, std::byte* scratch) {
                             prepared.run(args, share, scratch);
                           });
}

template <typename Check>
void for_each_kernel(const Check& check) {
  tests::for_each_runnable(winograd_kernels(), check);
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

// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution.h"

#include "doctest/doctest.h"
#include "kernels/half/half.h"
#include "support/float_layer_check.h"
#include "support/guarded_buffer.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

using Layer = tests::FloatLayer;

void check_layer(const GemmKernel& kernel, Layer& layer, bool relu, bool residual) {
  tests::check_float_layer(layer, relu, residual, convolution_scratch(layer.args, kernel), 1.0, {3},
                           [&](const auto& args, Share share, std::byte* scratch) {
                             convolution(args, kernel, scratch, share);
                           });
}

template <typename Check>
void for_each_kernel(const Check& check) {
  tests::for_each_runnable(gemm_kernels(), check);
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

// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "kernels/convolution/convolution.h"
#include "kernels/half/half.h"
#include "kernels/im2col/reference.h"
#include "kernels/weights/reference.h"
#include "support/guarded_buffer.h"
#include "support/random.h"

namespace bitdown::tests {

/// A float32 layer of random numbers, in buffers that end at guard pages: dense for block_size 0,
/// else coded with K = 16.
struct FloatLayer {
  GuardedBuffer<float> x, scale, shift, dense;
  GuardedBuffer<std::uint8_t> codes;
  GuardedBuffer<std::uint16_t> codebook;
  kernels::ConvolutionArgs args;

  FloatLayer(const kernels::Window& w, std::uint32_t rows, std::uint32_t block_size)
      : x(w.channels * w.plane()),
        scale(rows),
        shift(rows),
        dense(std::size_t{rows} * w.channels * w.kernel_h * w.kernel_w),
        codes(block_size == 0 ? 1 : dense.span().size() / block_size),
        codebook(16 * std::size_t{block_size} + 1) {
    Uniform uniform(test_seed());
    for (auto* buffer : {&x, &scale, &shift, &dense}) {
      for (float& v : *buffer) v = uniform();
    }
    for (auto& code : codes) code = static_cast<std::uint8_t>(uniform.below(16));
    for (auto& value : codebook) value = kernels::float_to_half(uniform());
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

/// One output and the size of its terms, from the formula.
struct Expected {
  double y;
  double magnitude;
};

inline Expected expect(const kernels::ConvolutionArgs& args, std::uint32_t o, std::uint32_t p,
                       float residual) {
  double sum = 0.0;
  double magnitude = 0.0;
  for (std::uint32_t k = 0; k < args.weights.columns; ++k) {
    const double product =
        static_cast<double>(kernels::weight_reference(args.weights, o, k)) *
        static_cast<double>(kernels::im2col_reference(args.window, args.x, k, p, 0.0f));
    sum += product;
    magnitude += std::fabs(product);
  }
  const auto scale = static_cast<double>(args.scale[o]);
  double y = sum * scale + static_cast<double>(args.shift[o]) + static_cast<double>(residual);
  if (args.relu) y = std::max(y, 0.0);
  return {y, magnitude * std::fabs(scale) + 2.0};
}

}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/convolution/convolution_i8.h"
#include "kernels/half/half.h"
#include "support/guarded_buffer.h"
#include "support/random.h"

namespace bitdown::tests {

/// An 8-bit layer of random numbers, in buffers that end at guard pages: dense for block_size 0,
/// else coded with `entries` codewords.
struct Int8Layer {
  GuardedBuffer<std::uint8_t> x, codes;
  GuardedBuffer<float> scale, shift, dense;
  GuardedBuffer<std::uint16_t> codebook;
  kernels::Int8ConvolutionArgs args;

  Int8Layer(const kernels::Window& w, std::uint32_t rows, std::uint32_t block_size,
            std::uint32_t entries = 16)
      : x(w.channels * w.plane()),
        codes(block_size == 0
                  ? 1
                  : std::size_t{rows} * w.channels * w.kernel_h * w.kernel_w / block_size),
        scale(rows),
        shift(rows),
        dense(std::size_t{rows} * w.channels * w.kernel_h * w.kernel_w),
        codebook(entries * std::size_t{block_size} + 1) {
    Uniform uniform(test_seed());
    for (auto* buffer : {&scale, &shift, &dense}) {
      for (float& v : *buffer) v = uniform();
    }
    for (auto& v : x) v = static_cast<std::uint8_t>(uniform.below(256));
    for (auto& code : codes) code = static_cast<std::uint8_t>(uniform.below(entries));
    for (auto& value : codebook) value = kernels::float_to_half(uniform());
    // Three quarters of the codewords are small, so that rows take every version.
    for (std::size_t i = entries / 4 * std::size_t{block_size};
         i < entries * std::size_t{block_size}; ++i) {
      const float part = static_cast<float>(1 + i / block_size % 3) / 4.0f;
      codebook[i] = kernels::float_to_half(kernels::half_to_float(codebook[i]) * part);
    }
    args.window = w;
    args.weights.rows = rows;
    args.weights.columns = w.channels * w.kernel_h * w.kernel_w;
    args.weights.coded = block_size != 0;
    args.weights.dense = {dense.data(), false};
    args.weights.codes = {codes.data(), nullptr, 0, codebook.data(), entries, block_size};
    args.scale = {scale.data(), false, 1.0f};
    args.shift = {shift.data(), false, 0.0f};
    args.x = x.data();
    args.x_grid = {0.05f, 3};
    args.residual_grid = {0.04f, 120};
    args.y_grid = {0.1f, 90};
  }
};

/// The formula behind the sum: output `o` in steps of y's grid, before rounding, in double
/// precision. `sum`: of the products, x's zero point taken off; `step`: of the row's weights;
/// `residual`: what lies there when args has one.
inline double expected_output(const kernels::Int8ConvolutionArgs& args, std::uint32_t o, double sum,
                              float step, std::uint8_t residual) {
  double y = sum * static_cast<double>(step) * static_cast<double>(args.x_grid.step) *
                 static_cast<double>(args.scale[o]) +
             static_cast<double>(args.shift[o]);
  if (args.residual != nullptr) {
    y += static_cast<double>(args.residual_grid.step) * (residual - args.residual_grid.zero);
  }
  if (args.relu) y = std::max(y, 0.0);
  return std::clamp(y / static_cast<double>(args.y_grid.step) + args.y_grid.zero, 0.0, 255.0);
}

}  // namespace bitdown::tests

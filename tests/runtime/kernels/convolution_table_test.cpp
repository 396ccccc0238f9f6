// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_table.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/im2col/reference.h"
#include "kernels/table/reference.h"
#include "kernels/weights/reference.h"
#include "support/guarded_buffer.h"
#include "support/int8_layer.h"
#include "support/machine_isa.h"
#include "support/random.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;
using Layer = tests::Int8Layer;

// Prepared weights, one number at a time.
struct Weights {
  GuardedBuffer<std::uint64_t> memory;
  const TableWeights prepared;
  const WeightMatrix& matrix;

  explicit Weights(const WeightMatrix& weights)
      : memory(table_weights_bytes(weights) / 8),
        prepared(prepare_table_weights(weights, reinterpret_cast<std::byte*>(memory.data()))),
        matrix(weights) {}

  std::uint32_t blocks() const { return matrix.columns / matrix.codes.block_size; }
  int at(std::uint32_t row, std::uint32_t k) const {
    const std::uint32_t d = matrix.codes.block_size;
    return prepared
        .codebook[matrix.codes.codes[row * blocks() + k / d] * table_codeword_stride(d) + k % d];
  }
};

// The largest |sum of eight rounded products| that inputs in [0, 255] can make.
std::int64_t largest_sum(const Weights& weights, std::uint32_t shift) {
  const std::uint32_t d = weights.matrix.codes.block_size;
  std::int64_t largest = 0;
  for (std::uint32_t row = 0; row < weights.matrix.rows; ++row) {
    for (std::uint32_t first = 0; first < weights.blocks(); first += kTableBlocks) {
      std::int64_t sum = 0;
      const std::uint32_t end = std::min(first + kTableBlocks, weights.blocks());
      for (std::uint32_t b = first; b < end; ++b) {
        std::int64_t positive = 0;
        std::int64_t negative = 0;
        for (std::uint32_t k = b * d; k < (b + 1) * d; ++k) {
          const int w = weights.at(row, k);
          (w > 0 ? positive : negative) += 255 * std::abs(w);
        }
        sum += std::max(positive, negative);
      }
      largest = std::max(largest, (sum + (std::int64_t{kTableBlocks} << shift) / 2) >> shift);
    }
  }
  return largest;
}

// The formula's sum for one output, in units of the exact sum of products, without x's zero point.
double expect_sum(const Int8ConvolutionArgs& args, const Weights& weights, std::uint32_t shift,
                  std::uint32_t o, std::uint32_t p) {
  const auto pad = static_cast<std::uint8_t>(args.x_grid.zero);
  const std::uint32_t d = args.weights.codes.block_size;
  double total = 0.0;
  std::int64_t weight_sum = 0;
  for (std::uint32_t b = 0; b < weights.blocks(); ++b) {
    std::int64_t sum = 0;
    for (std::uint32_t k = b * d; k < (b + 1) * d; ++k) {
      sum += weights.at(o, k) * im2col_reference(args.window, args.x, k, p, pad);
      weight_sum += weights.at(o, k);
    }
    const double unit = std::ldexp(1.0, static_cast<int>(shift));
    total += shift == 0 ? static_cast<double>(sum)
                        : std::floor(static_cast<double>(sum) / unit + 0.5) * unit - 0.5;
  }
  return total - static_cast<double>(weight_sum * args.x_grid.zero);
}

TEST_CASE("the tables' codebook is within half a step of the numbers, and reaches the largest") {
  Layer layer({18, 5, 5, 3, 3, 1, 1, 1, 1, 5, 5}, 2, 9, 40);
  const WeightMatrix& weights = layer.args.weights;
  const Weights quantized(weights);
  int largest = 0;
  for (std::uint32_t o = 0; o < weights.rows; ++o) {
    for (std::uint32_t k = 0; k < weights.columns; ++k) {
      const float real = weight_reference(weights, o, k) / quantized.prepared.step;
      CHECK(std::fabs(real - static_cast<float>(quantized.at(o, k))) <= 0.5f + 1e-4f);
    }
  }
  const std::size_t numbers =
      std::size_t{weights.codes.entries} * table_codeword_stride(weights.codes.block_size);
  for (const std::int16_t number : std::span(quantized.prepared.codebook, numbers)) {
    largest = std::max(largest, std::abs(number));
  }
  CHECK(largest == kTableLargest);
}

// Each output is the formula's, correctly rounded.
void check_formula(const Int8ConvolutionArgs& args, std::uint32_t shift,
                   const std::vector<std::uint8_t>& before, const std::vector<std::uint8_t>& y) {
  const Weights weights(args.weights);
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto o = static_cast<std::uint32_t>(i / args.window.positions());
    const auto p = static_cast<std::uint32_t>(i % args.window.positions());
    const double sum = expect_sum(args, weights, shift, o, p);
    // Half a step of rounding, and float32 arithmetic before it.
    const double want = tests::expected_output(args, o, sum, weights.prepared.step, before[i]);
    REQUIRE(std::fabs(y[i] - want) <= 0.5 + 2e-3);
  }
}

// Runs on every kernel: the same bits, by one share and by three.
void check_layer(Layer& layer, bool relu, bool residual) {
  Int8ConvolutionArgs args = layer.args;
  args.relu = relu;
  REQUIRE(can_use_table(args.weights));
  const Weights weights(args.weights);
  const std::uint32_t shift = weights.prepared.shift;
  REQUIRE(largest_sum(weights, shift) <= INT16_MAX);
  if (shift > 0) REQUIRE(largest_sum(weights, shift - 1) > INT16_MAX);
  const Int8Kernel& int8 = select_int8(detect_isa());
  const std::size_t outputs = std::size_t{args.weights.rows} * args.window.positions();
  std::vector<std::uint8_t> first;
  for (const TableKernel* kernel : tests::runnable(table_kernels())) {
    CAPTURE(std::string(kernel->name));
    GuardedBuffer<std::uint8_t> y(outputs);
    tests::Uniform uniform(7);
    for (auto& v : y) v = static_cast<std::uint8_t>(uniform.below(256));
    const std::vector<std::uint8_t> before(y.begin(), y.end());
    args.residual = residual ? y.data() : nullptr;  // In place, as the memory plan does.
    args.y = y.data();
    GuardedBuffer<std::uint64_t> scratch(convolution_table_scratch(args, *kernel) / 8);
    auto* const memory = reinterpret_cast<std::byte*>(scratch.data());
    std::fill(scratch.begin(), scratch.end(), ~std::uint64_t{0});
    convolution_table(args, weights.prepared, *kernel, int8, memory);
    if (first.empty()) {
      first.assign(y.begin(), y.end());
      check_formula(args, shift, before, first);
    }
    REQUIRE(std::equal(first.begin(), first.end(), y.begin()));
    std::copy(before.begin(), before.end(), y.begin());
    for (std::uint32_t i = 0; i < 3; ++i) {
      convolution_table(args, weights.prepared, *kernel, int8, memory, {i, 3});
    }
    REQUIRE(std::equal(first.begin(), first.end(), y.begin()));
  }
}

TEST_CASE("tables: all window shapes equal the formula, bit-equal on every ISA") {
  CAPTURE(tests::test_seed());
  for (const Window& w : tests::sample_windows(2)) {
    CAPTURE(tests::describe(w));
    Layer layer(w, 5, w.kernel_w);
    check_layer(layer, true, false);
    check_layer(layer, false, true);
  }
}

TEST_CASE("tables: few rows use some codewords, many rows all") {
  for (const std::uint32_t rows : {1u, 3u, 31u, 32u, 33u, 70u}) {
    CAPTURE(rows);
    Layer layer({12, 5, 7, 1, 1, 1, 1, 0, 0, 5, 7}, rows, 4, 200);
    check_layer(layer, false, false);
    check_layer(layer, true, true);
    layer.args.x_grid.zero = 0;
    check_layer(layer, true, false);
  }
}

TEST_CASE("tables: deep and wide layers, in several spans of positions") {
  Layer deep({240, 7, 7, 3, 3, 1, 1, 1, 1, 7, 7}, 12, 18, 256);
  check_layer(deep, true, true);
  Layer wide({24, 91, 83, 3, 3, 1, 1, 1, 1, 91, 83}, 3, 9, 5);
  check_layer(wide, true, false);
  Layer odd({1003, 4, 4, 1, 1, 1, 1, 0, 0, 4, 4}, 5, 17);
  check_layer(odd, false, false);
}

TEST_CASE("tables: the largest inputs do not leave int16") {
  Layer layer({16, 6, 6, 3, 3, 1, 1, 1, 1, 6, 6}, 9, 9, 3);
  for (auto& value : layer.codebook) value = float_to_half(0.5f);
  for (auto& value : layer.x) value = 255;
  layer.args.x_grid.zero = 0;
  layer.args.y_grid.step = 20.0f;
  check_layer(layer, false, false);
}

TEST_CASE("tables: codes beyond a byte, dense weights and large blocks are refused") {
  Layer layer({4, 5, 5, 3, 3, 1, 1, 1, 1, 5, 5}, 2, 9);
  WeightMatrix weights = layer.args.weights;
  CHECK(can_use_table(weights));
  weights.codes.high_bit_count = 1;
  CHECK_FALSE(can_use_table(weights));
  weights = layer.args.weights;
  weights.coded = false;
  CHECK_FALSE(can_use_table(weights));
  weights = layer.args.weights;
  weights.codes.block_size = kTableMaxBlock + 1;
  CHECK_FALSE(can_use_table(weights));
}

}  // namespace
}  // namespace bitdown::kernels

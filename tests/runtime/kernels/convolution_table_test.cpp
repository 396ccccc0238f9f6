// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_table.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/im2col/reference.h"
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
  const TableKernel& kernel;

  Weights(const Int8ConvolutionArgs& args, const TableKernel& of)
      : memory(table_weights_bytes(args.weights, of) / 8),
        prepared(prepare_table_weights(args, of, reinterpret_cast<std::byte*>(memory.data()))),
        matrix(args.weights),
        kernel(of) {}

  std::uint32_t blocks() const { return matrix.columns / matrix.codes.block_size; }
  std::uint32_t code(std::uint32_t row, std::uint32_t block) const {
    return matrix.codes.codes[row * blocks() + block];
  }
  std::uint32_t finer(std::uint32_t code) const { return prepared.shifts[code] - prepared.shift; }
  int number(std::uint32_t code, std::uint32_t e) const {
    const std::size_t stride = table_codeword_stride(matrix.codes.block_size, kernel.word_k);
    const std::size_t i = code * stride + e;
    return kernel.number_bytes == 1 ? static_cast<const std::int8_t*>(prepared.codebook)[i]
                                    : static_cast<const std::int16_t*>(prepared.codebook)[i];
  }
};

// A number of the grid of a codeword, in steps of the codebook.
double in_steps(double value, std::uint32_t finer) {
  return std::ldexp(value, -static_cast<int>(finer));
}

// The largest |sum of eight rounded products| that inputs in [0, 255] can make, at most.
std::int64_t largest_sum(const Weights& weights, std::uint32_t shift) {
  double largest = 0;
  for (std::uint32_t row = 0; row < weights.matrix.rows; ++row) {
    for (std::uint32_t first = 0; first < weights.blocks(); first += kTableBlocks) {
      double sum = 0;
      const std::uint32_t end = std::min(first + kTableBlocks, weights.blocks());
      for (std::uint32_t b = first; b < end; ++b) {
        const std::uint32_t code = weights.code(row, b);
        int magnitude = 0;
        for (std::uint32_t e = 0; e < weights.matrix.codes.block_size; ++e) {
          magnitude += std::abs(weights.number(code, e));
        }
        sum += in_steps(128.0 * magnitude, weights.finer(code));
      }
      largest = std::max(largest, sum);
    }
  }
  return (static_cast<std::int64_t>(largest) + (std::int64_t{kTableBlocks} << shift) / 2) >> shift;
}

// The formula's sum for one output, in steps of the codebook, without x's zero point.
double expect_sum(const Int8ConvolutionArgs& args, const Weights& weights, std::uint32_t o,
                  std::uint32_t p) {
  const auto zero = static_cast<std::uint8_t>(args.x_grid.zero);
  const std::uint32_t d = args.weights.codes.block_size;
  double total = 0.0;
  for (std::uint32_t b = 0; b < weights.blocks(); ++b) {
    const std::uint32_t code = weights.code(o, b);
    int sum = 0;
    int weight_sum = 0;
    for (std::uint32_t e = 0; e < d; ++e) {
      const int number = weights.number(code, e);
      sum += number * (im2col_reference(args.window, args.x, b * d + e, p, zero) - 128);
      weight_sum += number;
    }
    const std::uint32_t shift = weights.prepared.shifts[code];
    const double rounded =
        shift == 0 ? sum : std::ldexp(std::floor(std::ldexp(sum, -int(shift)) + 0.5), int(shift));
    const double mean = shift == 0 ? 0.0 : 0.5;
    total += in_steps(rounded - mean + (128 - args.x_grid.zero) * weight_sum, weights.finer(code));
  }
  return total;
}

TEST_CASE("codewords keep their sums, each on the finest grid that it fits") {
  Layer layer({18, 5, 5, 3, 3, 1, 1, 1, 1, 5, 5}, 2, 9, 40);
  for (std::uint32_t e = 0; e < 9; ++e) layer.codebook[39 * 9 + e] = 1;  // Nearly nothing.
  const CodedWeights& codes = layer.args.weights.codes;
  for (const TableKernel* kernel : tests::runnable(table_kernels())) {
    CAPTURE(std::string(kernel->name));
    const Weights quantized(layer.args, *kernel);
    int most = 0;
    for (std::uint32_t c = 0; c < codes.entries; ++c) {
      int largest = 0;
      double error = 0;
      for (std::uint32_t e = 0; e < codes.block_size; ++e) {
        const double real =
            static_cast<double>(half_to_float(codes.codebook[c * codes.block_size + e])) /
            in_steps(static_cast<double>(quantized.prepared.step), quantized.finer(c));
        const int number = quantized.number(c, e);
        CHECK(std::fabs(real - number) < 1.0);
        error += real - number;
        largest = std::max(largest, std::abs(number));
      }
      CHECK(std::fabs(error) <= 0.5 + 1e-4);
      CHECK((quantized.finer(c) == kTableFinest || largest >= 63));
      most = std::max(most, largest);
    }
    CHECK(most == 127);
    CHECK(quantized.finer(39) == kTableFinest);
  }
}

// Each output is the formula's, correctly rounded.
void check_formula(const Int8ConvolutionArgs& args, const Weights& weights,
                   const std::vector<std::uint8_t>& before, const std::vector<std::uint8_t>& y) {
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto o = static_cast<std::uint32_t>(i / args.window.positions());
    const auto p = static_cast<std::uint32_t>(i % args.window.positions());
    const double sum = expect_sum(args, weights, o, p);
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
    const Weights weights(args, *kernel);
    const std::uint32_t shift = weights.prepared.shift;
    REQUIRE(largest_sum(weights, shift) <= INT16_MAX);
    if (shift > 0) REQUIRE(largest_sum(weights, shift - 1) > INT16_MAX);
    GuardedBuffer<std::uint64_t> scratch(convolution_table_scratch(args, *kernel) / 8);
    auto* const memory = reinterpret_cast<std::byte*>(scratch.data());
    std::fill(scratch.begin(), scratch.end(), ~std::uint64_t{0});
    convolution_table(args, weights.prepared, *kernel, int8, memory);
    if (first.empty()) {
      first.assign(y.begin(), y.end());
      check_formula(args, weights, before, first);
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

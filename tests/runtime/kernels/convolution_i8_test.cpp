// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_i8.h"
#include "kernels/convolution/finish_i8.h"
#include "kernels/convolution/weights_i8.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/half/half.h"
#include "kernels/im2col/reference.h"
#include "kernels/weights/reference.h"
#include "kernels/weights/rounding.h"
#include "support/guarded_buffer.h"
#include "support/int8_layer.h"
#include "support/machine_isa.h"
#include "support/random.h"
#include "support/reach.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;
using Layer = tests::Int8Layer;

// A row of weights in integers: its step, and what they are.
struct RoundedRow {
  float step = 1.0f;
  std::vector<std::int32_t> q;
};

float largest_weight(const WeightMatrix& weights, std::uint32_t row) {
  float largest = 0.0f;
  for (std::uint32_t k = 0; k < weights.columns; ++k) {
    largest = std::max(largest, std::fabs(weight_reference(weights, row, k)));
  }
  return largest;
}

RoundedRow round_dense(const WeightMatrix& weights, std::uint32_t row) {
  RoundedRow rounded{largest_weight(weights, row) / 127.0f, {}};
  for (std::uint32_t k = 0; k < weights.columns; ++k) {
    const float number = weight_reference(weights, row, k) / rounded.step;
    rounded.q.push_back(static_cast<std::int32_t>(std::nearbyint(number)));
  }
  return rounded;
}

// The furthest that a codeword goes: of the whole codebook, or of a row.
float reach_of_codebook(const CodedWeights& coded) {
  float reach = 0.0f;
  std::vector<float> codeword(coded.block_size);
  for (std::uint32_t k = 0; k < coded.entries; ++k) {
    for (std::uint32_t e = 0; e < coded.block_size; ++e) {
      codeword[e] = half_to_float(coded.codebook[k * coded.block_size + e]);
    }
    reach = std::max(reach, tests::reach_reference(codeword));
  }
  return reach;
}

float reach_of_row(const WeightMatrix& weights, std::uint32_t row) {
  float reach = 0.0f;
  std::vector<float> codeword(weights.codes.block_size);
  for (std::uint32_t k = 0; k < weights.columns; k += weights.codes.block_size) {
    for (std::uint32_t e = 0; e < weights.codes.block_size; ++e) {
      codeword[e] = weight_reference(weights, row, k + e);
    }
    reach = std::max(reach, tests::reach_reference(codeword));
  }
  return reach;
}

// Coded rows: the finest of the steps that holds the row; codewords keep their sum.
RoundedRow round_coded(const WeightMatrix& weights, std::uint32_t row) {
  const CodedWeights& coded = weights.codes;
  const float most = tests::largest_reach(coded.block_size);
  const float step = reach_of_codebook(coded) / most;
  const float reach = reach_of_row(weights, row) / step;
  float finer = 1.0f;
  for (std::uint32_t v = 1; v < kCodebookVersions; ++v) {
    const float next = std::exp2(0.5f * static_cast<float>(v));
    if (reach * next <= most) finer = next;
  }
  RoundedRow rounded{step / finer, std::vector<std::int32_t>(weights.columns)};
  std::vector<float> numbers(coded.block_size);
  for (std::uint32_t k = 0; k < weights.columns; k += coded.block_size) {
    for (std::uint32_t e = 0; e < coded.block_size; ++e) {
      numbers[e] = weight_reference(weights, row, k + e) / step * finer;
    }
    round_keeping_sum(numbers.data(), coded.block_size, rounded.q.data() + k);
  }
  return rounded;
}

// One output in steps of y's grid, before rounding, from the real numbers that the grids stand for.
double expect(const Int8ConvolutionArgs& args, std::uint32_t o, std::uint32_t p,
              const RoundedRow& row, std::uint8_t residual) {
  const auto pad = static_cast<std::uint8_t>(args.x_grid.zero);
  double sum = 0.0;
  for (std::uint32_t k = 0; k < args.weights.columns; ++k) {
    const int q = im2col_reference(args.window, args.x, k, p, pad);
    sum += static_cast<double>(row.q[k] * (q - args.x_grid.zero));
  }
  return tests::expected_output(args, o, sum, row.step, residual);
}

// Runs on every kernel; the results must be the same bits and round the real numbers correctly.
void check_layer(Layer& layer, bool relu, bool residual) {
  Int8ConvolutionArgs args = layer.args;
  args.relu = relu;
  const std::size_t outputs = std::size_t{args.weights.rows} * args.window.positions();
  std::vector<std::uint8_t> first;
  const std::uint32_t d = args.weights.coded ? args.weights.codes.block_size : 0;
  for (const Int8Kernel* any : tests::runnable(int8_kernels())) {
    const Int8Kernel* const kernel = &any->of_codewords(d);
    CAPTURE(std::string(kernel->name));
    GuardedBuffer<std::uint8_t> y(outputs);
    tests::Uniform uniform(7);
    for (auto& v : y) v = static_cast<std::uint8_t>(uniform.below(256));
    const std::vector<std::uint8_t> before(y.begin(), y.end());
    args.residual = residual ? y.data() : nullptr;  // In place, as the memory plan does.
    args.y = y.data();
    GuardedBuffer<std::uint64_t> prepared(weights_i8_bytes(args.weights, *kernel) / 8);
    args.prepared =
        prepare_weights_i8(args.weights, *kernel, reinterpret_cast<std::byte*>(prepared.data()));
    GuardedBuffer<std::uint64_t> finishes(row_finishes_bytes(args, *kernel) / 8);
    args.finish =
        prepare_row_finishes(args, *kernel, reinterpret_cast<std::byte*>(finishes.data()));
    GuardedBuffer<std::uint64_t> scratch(convolution_i8_scratch(args, *kernel) / 8);
    std::fill(scratch.begin(), scratch.end(), ~std::uint64_t{0});
    convolution_i8(args, *kernel, reinterpret_cast<std::byte*>(scratch.data()));
    if (first.empty()) {
      first.assign(y.begin(), y.end());
      RoundedRow row;
      for (std::size_t i = 0; i < outputs; ++i) {
        const auto o = static_cast<std::uint32_t>(i / args.window.positions());
        const auto p = static_cast<std::uint32_t>(i % args.window.positions());
        if (p == 0)
          row = args.weights.coded ? round_coded(args.weights, o) : round_dense(args.weights, o);
        const double want = expect(args, o, p, row, before[i]);
        // Half a step of rounding, and float32 arithmetic before it.
        REQUIRE(std::fabs(y[i] - want) <= 0.5 + 1e-3);
      }
    }
    REQUIRE(std::equal(first.begin(), first.end(), y.begin()));
    // In three shares, each in the same dirty scratch; then from rows that were expanded before.
    GuardedBuffer<std::uint64_t> expanded(expanded_i8_bytes(args.weights, *kernel) / 8);
    for (const bool expand : {false, true}) {
      if (expand) {
        std::fill(expanded.begin(), expanded.end(), ~std::uint64_t{0});
        expand_weights_i8(args.weights, *kernel, args.prepared,
                          reinterpret_cast<std::byte*>(expanded.data()));
      }
      std::copy(before.begin(), before.end(), y.begin());
      for (std::uint32_t i = 0; i < 3; ++i) {
        convolution_i8(args, *kernel, reinterpret_cast<std::byte*>(scratch.data()), {i, 3});
      }
      REQUIRE(std::equal(first.begin(), first.end(), y.begin()));
    }
  }
}

TEST_CASE("all window shapes agree with the real numbers, bit-equal on every ISA") {
  CAPTURE(tests::test_seed());
  for (const Window& w : tests::sample_windows(2)) {
    CAPTURE(tests::describe(w));
    Layer dense(w, 5, 0);
    check_layer(dense, true, false);
    Layer coded(w, 5, w.kernel_h * w.kernel_w);
    check_layer(coded, false, true);
  }
}

TEST_CASE("row counts around the panel sizes agree, with every epilogue") {
  for (const std::uint32_t rows : {1u, 3u, 4u, 8u, 9u, 31u, 32u, 33u, 65u}) {
    CAPTURE(rows);
    Layer layer({8, 5, 5, 1, 1, 1, 1, 0, 0, 5, 5}, rows, 4);
    check_layer(layer, false, false);
    check_layer(layer, true, true);
  }
}

TEST_CASE("codewords that are multiplied where they lie agree, whole and beside tiles") {
  for (const std::uint32_t d : {4u, 8u, 9u, 18u}) {
    const std::uint32_t side = d % 9 == 0 ? 3 : 1;
    const std::uint32_t padding = side / 2;
    const std::uint32_t channels = d % 9 == 0 ? 4 : 16;
    // One position beside a tile of 48; four beside as many tiles; four beside one tile, too many;
    // narrow tiles.
    for (const std::uint32_t size : {7u, 14u, 13u, 4u, 1u}) {
      const std::uint32_t width = size == 13 ? 4 : size;  // 52 positions.
      for (const std::uint32_t rows : {8u, 13u, 39u, 70u}) {
        CAPTURE(d);
        CAPTURE(size);
        CAPTURE(rows);
        Layer layer({channels, size, width, side, side, 1, 1, padding, padding, size, width}, rows,
                    d);
        check_layer(layer, true, true);
      }
    }
  }
}

TEST_CASE("depths and planes beyond one chunk and one block of positions agree") {
  Layer deep({240, 7, 7, 3, 3, 1, 1, 1, 1, 7, 7}, 12, 18);
  check_layer(deep, true, true);
  Layer alone({10, 7, 7, 3, 3, 1, 1, 1, 1, 7, 7}, 9, 18);  // Five codewords: half a group is left.
  check_layer(alone, false, true);
  Layer wide({24, 131, 113, 3, 3, 1, 1, 1, 1, 131, 113}, 5, 9);
  check_layer(wide, true, false);
  Layer dense({3, 131, 113, 7, 7, 2, 2, 3, 3, 66, 57}, 33, 0);
  check_layer(dense, true, false);
  Layer odd({1003, 4, 4, 1, 1, 1, 1, 0, 0, 4, 4}, 5, 17);
  check_layer(odd, false, false);
}

}  // namespace
}  // namespace bitdown::kernels

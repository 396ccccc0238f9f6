// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_i8.h"

#include <algorithm>

#include "aligned.h"
#include "kernels/convolution/driver.h"
#include "kernels/convolution/finish_i8.h"

namespace bitdown::kernels {
namespace {

// Sums of the quantized weights of each row of a group, for the zero point of x; behind the
// blocking's own scratch.
struct Plan {
  Blocking blocking;
  std::uint64_t total;
};

Plan make_plan(const Int8ConvolutionArgs& args, std::uint32_t positions, const Int8Kernel& kernel) {
  Plan plan;
  plan.blocking = make_blocking(args.weights, positions, kernel, 1, 0);
  plan.total = align_up(plan.blocking.total + plan.blocking.group * sizeof(std::int32_t));
  return plan;
}

template <typename T>
struct Int8Family {
  using Block = ConvolutionBlock<Int8ConvolutionArgs, Int8Kernel>;

  static std::int32_t* row_sums(const Block& block) {
    return block.at<std::int32_t>(block.blocking.total);
  }

  static void pack(const Block& block, std::uint32_t k) {
    const Blocking& blocking = block.blocking;
    Int8PackArgs pack;
    auto* line = block.at<std::uint8_t>(blocking.lines);
    const auto zero = static_cast<std::uint8_t>(block.args.x_grid.zero);
    for (std::uint32_t i = 0; i < block.kernel.word_k; ++i, line += blocking.line_stride) {
      // Beyond the last column any numbers do: their weights are 0.
      const std::uint32_t column = std::min(k + i, block.args.weights.columns - 1);
      pack.lines[i] = im2col_line(block.args.window, block.args.x, column, block.first,
                                  block.positions, zero, line);
    }
    pack.b = block.packed_word(k / block.kernel.word_k);
    pack.b_tile_stride = blocking.tile_stride;
    pack.positions = block.positions;
    block.kernel.pack(pack);
  }

  static const void* panel(const Block& block, const WeightRange& range, std::size_t& stride) {
    const WeightsI8& prepared = block.args.prepared;
    if (prepared.rows != nullptr) {
      stride = divide_up(block.args.weights.columns, block.kernel.word_k);
      const std::size_t word = range.row * stride + range.column / block.kernel.word_k;
      return prepared.rows + word * block.kernel.word_bytes;
    }
    stride = block.blocking.panel_stride;
    T* const panel = block.at<T>(block.blocking.panel);
    for (std::uint32_t r = 0; r < range.rows; ++r) {
      T* const row = panel + r * stride * block.kernel.word_k;
      read_weights_i8(block.args.weights, prepared, {range.row + r, 1, range.column, range.columns},
                      row);
      finish_row(block, range, row, row_sums(block)[r]);
    }
    block.clear_unused_rows(range.rows);
    return panel;
  }

  // Fills the last word and adds up the row where x has a zero point.
  static void finish_row(const Block& block, const WeightRange& range, T* row, std::int32_t& sum) {
    const std::uint32_t padded =
        divide_up(range.columns, block.kernel.word_k) * block.kernel.word_k;
    std::fill(row + range.columns, row + padded, T{0});
    if (range.column == 0) sum = 0;
    if (block.args.x_grid.zero == 0) return;
    for (std::uint32_t k = 0; k < range.columns; ++k) sum += row[k];
  }

  static void finish(const Block& block, std::uint32_t row, std::uint32_t r) {
    const Int8ConvolutionArgs& args = block.args;
    const std::size_t at = std::size_t{row} * args.window.positions() + block.first;
    const std::int32_t sum =
        args.prepared.rows != nullptr ? args.prepared.row_sums[row] : row_sums(block)[r];
    Int8FinishArgs finish = make_finish(args, row, args.prepared.step(row), sum);
    finish.c = block.at<std::int32_t>(block.blocking.sums) + r * block.blocking.block_positions;
    finish.residual = args.residual == nullptr ? nullptr : args.residual + at;
    finish.out = args.y + at;
    finish.positions = block.positions;
    block.kernel.finish(finish);
  }
};

template <typename T>
void run(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, const OutputRange& range,
         const Plan& plan, std::byte* scratch) {
  ConvolutionDriver<Int8Family<T>, Int8ConvolutionArgs, Int8Kernel>::run(args, kernel, range,
                                                                         plan.blocking, scratch);
}

}  // namespace

std::uint64_t convolution_i8_scratch(const Int8ConvolutionArgs& args, const Int8Kernel& kernel) {
  return make_plan(args, args.window.positions(), kernel).total;
}

void convolution_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, std::byte* scratch,
                    Share share) {
  const OutputRange range = output_range(args.weights.rows, args.window.positions(), kernel, share);
  const Plan plan = make_plan(args, range.positions, kernel);
  if (kernel.word_bytes == kernel.word_k) {
    run<std::int8_t>(args, kernel, range, plan, scratch);
  } else {
    run<std::int16_t>(args, kernel, range, plan, scratch);
  }
}

}  // namespace bitdown::kernels

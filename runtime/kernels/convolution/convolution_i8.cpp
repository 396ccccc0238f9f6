// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_i8.h"

#include <algorithm>

#include "kernels/convolution/driver.h"
#include "kernels/convolution/finish_i8.h"
#include "kernels/im2col/columns.h"

namespace bitdown::kernels {
namespace {

Blocking blocking_of(const Int8ConvolutionArgs& args, std::uint32_t positions,
                     const Int8Kernel& kernel) {
  Blocking blocking = make_blocking(args.weights, positions, kernel);
  blocking.inputs =
      blocking.take(Columns::scratch(args.window, blocking.block_positions, kernel.tile));
  blocking.rows = blocking.take(std::uint64_t{blocking.group} * sizeof(std::int32_t));
  return blocking;
}

template <typename T>
struct Int8Family {
  using Block = ConvolutionBlock<Int8ConvolutionArgs, Int8Kernel>;

  static std::int32_t* row_sums(const Block& block) {
    return block.at<std::int32_t>(block.blocking.rows);
  }

  static void pack(const Block& block) {
    const Blocking& blocking = block.blocking;
    const auto zero = static_cast<std::uint8_t>(block.args.x_grid.zero);
    Columns columns(block.args.window, block.args.x, zero, block.first, block.positions,
                    block.kernel.tile, block.scratch + blocking.inputs);
    Int8PackArgs pack;
    pack.zero = zero;
    pack.readable = columns.readable();
    pack.b_tile_stride = static_cast<std::size_t>(blocking.tile_stride);
    pack.positions = block.positions;
    const std::uint32_t words = divide_up(block.args.weights.columns, block.kernel.word_k);
    for (std::uint32_t word = 0; word < words; ++word) {
      for (std::uint32_t i = 0; i < block.kernel.word_k; ++i) {
        // Beyond the last column any numbers do: their weights are 0.
        const Columns::Column column = columns.next();
        pack.lines[i] = column.line;
        pack.inside[i] = column.inside;
      }
      pack.b = block.packed_word(word);
      block.kernel.pack(pack);
    }
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
         const Blocking& blocking, std::byte* scratch) {
  ConvolutionDriver<Int8Family<T>, Int8ConvolutionArgs, Int8Kernel>::run(args, kernel, range,
                                                                         blocking, scratch);
}

}  // namespace

std::uint64_t convolution_i8_scratch(const Int8ConvolutionArgs& args, const Int8Kernel& kernel) {
  return blocking_of(args, args.window.positions(), kernel).total;
}

void convolution_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, std::byte* scratch,
                    Share share) {
  const OutputRange range = output_range(args.weights.rows, args.window.positions(), kernel, share);
  const Blocking blocking = blocking_of(args, range.positions, kernel);
  if (kernel.word_bytes == kernel.word_k) {
    run<std::int8_t>(args, kernel, range, blocking, scratch);
  } else {
    run<std::int16_t>(args, kernel, range, blocking, scratch);
  }
}

}  // namespace bitdown::kernels

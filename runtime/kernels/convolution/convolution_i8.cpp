// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution_i8.h"

#include <cmath>

#include "aligned.h"
#include "kernels/convolution/driver.h"

namespace bitdown::kernels {
namespace {

// What the walk keeps for each row of a group, behind the blocking's own scratch.
struct RowState {
  float weight_step;
  std::int32_t weight_sum;  // Of the quantized weights, for the zero point of x.
};

// What the blocking's codebook holds: this, the versions of the codebook, the finest version of
// each codeword and of each row.
struct CodebookHead {
  alignas(64) CodebookGrids grids;
};

std::uint64_t codebook_bytes(const WeightMatrix& weights, std::size_t element) {
  if (!weights.coded) return 0;
  return sizeof(CodebookHead) + weights.codebook_elements() * element * kCodebookVersions +
         weights.codes.entries + weights.rows;
}

// Scratch of a layer: the blocking's parts, then row states, then a dense row in float32.
struct Plan {
  Blocking blocking;
  std::uint64_t rows;
  std::uint64_t dense_row;
  std::uint64_t total;
};

Plan make_plan(const Int8ConvolutionArgs& args, std::uint32_t positions, const Int8Kernel& kernel) {
  const std::size_t element = kernel.word_bytes / kernel.word_k;
  Plan plan;
  plan.blocking = make_blocking(args.weights, positions, kernel, 1,
                                codebook_bytes(args.weights, element));
  plan.rows = plan.blocking.total;
  plan.dense_row = align_up(plan.rows + plan.blocking.group * sizeof(RowState));
  plan.total = plan.dense_row;
  if (!args.weights.coded) {
    plan.total = align_up(plan.dense_row + std::uint64_t{args.weights.columns} * sizeof(float));
  }
  return plan;
}

// Dense rows are quantized as they are read, each on its own grid. T: element of a word.
template <typename T>
void quantize_dense_row(const WeightMatrix& weights, const WeightRange& range, float* row, T* out,
                        RowState& state) {
  if (range.column == 0) {
    read_dense(weights, {range.row, 1, 0, weights.columns}, row, weights.columns);
    float largest = 0.0f;
    for (std::uint32_t k = 0; k < weights.columns; ++k) {
      largest = std::max(largest, std::fabs(row[k]));
    }
    state.weight_step = largest > 0.0f ? largest / 127.0f : 1.0f;
  } else {
    read_dense(weights, {range.row, 1, range.column, range.columns}, row + range.column,
               weights.columns);
  }
  for (std::uint32_t k = 0; k < range.columns; ++k) {
    out[k] = static_cast<T>(std::lrint(row[range.column + k] / state.weight_step));
  }
}

template <typename T>
struct Int8Family {
  using Block = ConvolutionBlock<Int8ConvolutionArgs, Int8Kernel>;

  static RowState* row_states(const Block& block) {
    return block.at<RowState>(block.blocking.total);
  }

  // Of a scratch whose codebook begins at `codebook`.
  static T* versions(std::byte* codebook) {
    return reinterpret_cast<T*>(codebook + sizeof(CodebookHead));
  }
  static std::uint8_t* finest(const WeightMatrix& weights, std::byte* codebook) {
    T* const end = versions(codebook) + weights.codebook_elements() * kCodebookVersions;
    return reinterpret_cast<std::uint8_t*>(end);
  }
  static std::uint8_t* row_versions(const WeightMatrix& weights, std::byte* codebook) {
    return finest(weights, codebook) + weights.codes.entries;
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

  static void read(const Block& block, const WeightRange& range) {
    const WeightMatrix& weights = block.args.weights;
    const std::size_t stride = block.blocking.panel_stride * block.kernel.word_k;
    T* const panel = block.at<T>(block.blocking.panel);
    RowState* const states = row_states(block);
    if (weights.coded) {
      for (std::uint32_t r = 0; r < range.rows; ++r) {
        read_coded_row(block, {range.row + r, 1, range.column, range.columns}, panel + r * stride,
                       states[r]);
      }
    } else {
      auto* const row = reinterpret_cast<float*>(states) + dense_row_offset(block);
      for (std::uint32_t r = 0; r < range.rows; ++r) {
        quantize_dense_row(weights, {range.row + r, 1, range.column, range.columns}, row,
                           panel + r * stride, states[r]);
      }
    }
    for (std::uint32_t r = 0; r < range.rows; ++r) {
      finish_row(block, range, panel + r * stride, states[r]);
    }
  }

  // Each row takes the finest version of the codebook that has all of its codewords.
  static void read_coded_row(const Block& block, const WeightRange& range, T* out,
                             RowState& state) {
    const WeightMatrix& weights = block.args.weights;
    auto* const codebook = block.at<std::byte>(block.blocking.codebook);
    const std::uint32_t v = row_versions(weights, codebook)[range.row];
    if (range.column == 0) {
      state.weight_step = reinterpret_cast<const CodebookHead*>(codebook)->grids.steps[v];
    }
    const T* const version = versions(codebook) + v * weights.codebook_elements();
    read_codes(weights, version, range, out, range.columns);
  }

  // Fills the last word and adds up the row where x has a zero point.
  static void finish_row(const Block& block, const WeightRange& range, T* row, RowState& state) {
    const std::uint32_t padded =
        divide_up(range.columns, block.kernel.word_k) * block.kernel.word_k;
    std::fill(row + range.columns, row + padded, T{0});
    if (range.column == 0) state.weight_sum = 0;
    if (block.args.x_grid.zero == 0) return;
    for (std::uint32_t k = 0; k < range.columns; ++k) state.weight_sum += row[k];
  }

  static std::size_t dense_row_offset(const Block& block) {
    return static_cast<std::size_t>(align_up(block.blocking.group * sizeof(RowState))) /
           sizeof(float);
  }

  static void finish(const Block& block, std::uint32_t row, std::uint32_t r) {
    const Int8ConvolutionArgs& args = block.args;
    const RowState& state = row_states(block)[r];
    const std::size_t at = std::size_t{row} * args.window.positions() + block.first;
    Int8FinishArgs finish;
    finish.c = block.at<std::int32_t>(block.blocking.sums) + r * block.blocking.block_positions;
    finish.residual = args.residual == nullptr ? nullptr : args.residual + at;
    finish.out = args.y + at;
    finish.positions = block.positions;
    const float y_step = args.y_grid.step;
    finish.scale = args.x_grid.step * state.weight_step * args.scale[row] / y_step;
    const auto offset = static_cast<float>(args.x_grid.zero * state.weight_sum);
    finish.shift =
        args.shift[row] / y_step - offset * finish.scale + static_cast<float>(args.y_grid.zero);
    if (args.residual != nullptr) {
      finish.residual_scale = args.residual_grid.step / y_step;
      finish.shift -= static_cast<float>(args.residual_grid.zero) * finish.residual_scale;
    }
    finish.floor = args.relu ? static_cast<float>(args.y_grid.zero) : 0.0f;
    block.kernel.finish(finish);
  }
};

template <typename T>
void run(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, const OutputRange& range,
         const Plan& plan, std::byte* scratch) {
  if (args.weights.coded) {
    std::byte* const codebook = scratch + plan.blocking.codebook;
    std::uint8_t* const finest = Int8Family<T>::finest(args.weights, codebook);
    reinterpret_cast<CodebookHead*>(codebook)->grids =
        quantize_codebook(args.weights, Int8Family<T>::versions(codebook), finest);
    choose_versions(args.weights, finest, Int8Family<T>::row_versions(args.weights, codebook));
  }
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

// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution.h"

#include <limits>

#include "kernels/convolution/driver.h"
#include "kernels/weights/matrix_vector.h"

namespace bitdown::kernels {
namespace {

struct Float32 {
  using Block = ConvolutionBlock<ConvolutionArgs, GemmKernel>;

  static void pack(const Block& block) {
    const auto stride = static_cast<std::size_t>(block.blocking.tile_stride);
    for (std::uint32_t k = 0; k < block.args.weights.columns; ++k) {
      const float* line =
          im2col_line(block.args.window, block.args.x, k, block.first, block.positions, 0.0f,
                      block.at<float>(block.blocking.inputs));
      block.kernel.pack_line(
          {line, reinterpret_cast<float*>(block.packed_word(k)), stride, block.positions});
    }
  }

  static const void* panel(const Block& block, const WeightRange& range, std::size_t& stride) {
    stride = block.blocking.panel_stride;
    float* const panel = block.at<float>(block.blocking.panel);
    read_weights(block.args.weights, block.at<float>(block.blocking.codebook), range, panel,
                 stride);
    block.clear_unused_rows(range.rows);
    return panel;
  }

  static void accumulate(const Block& block, const PanelArgs& product, std::uint32_t) {
    block.kernel.accumulate(product);
  }

  static void finish(const Block& block, std::uint32_t row, std::uint32_t rows, std::uint32_t p,
                     std::uint32_t positions) {
    const ConvolutionArgs& args = block.args;
    const auto* const sums = reinterpret_cast<const float*>(block.sums(p));
    for (std::uint32_t r = 0; r < rows; ++r) {
      const std::size_t at = std::size_t{row + r} * args.window.positions() + block.first + p;
      FinishArgs finish;
      finish.c = sums + r * block.blocking.sums_stride;
      finish.residual = args.residual == nullptr ? nullptr : args.residual + at;
      finish.out = args.y + at;
      finish.positions = positions;
      finish.scale = args.scale[row + r];
      finish.shift = args.shift[row + r];
      finish.floor = args.relu ? 0.0f : -std::numeric_limits<float>::infinity();
      block.kernel.finish(finish);
    }
  }
};

// One position: no tiles. Rows of `range`, whose sums take the place of the panel's.
void linear(const ConvolutionArgs& args, const GemmKernel& gemm, const OutputRange& range,
            const Blocking& blocking, std::byte* scratch) {
  const Float32::Block block = {args, gemm, blocking, scratch, 0, 1};
  for (std::uint32_t row = range.row; row < range.row + range.rows; ++row) {
    matrix_vector(args.weights, block.at<float>(blocking.codebook), args.x, row, 1,
                  block.at<float>(blocking.sums));
    Float32::finish(block, row, 1, 0, 1);
  }
}

Blocking blocking_of(const ConvolutionArgs& args, std::uint32_t positions, const GemmKernel& gemm) {
  Blocking blocking = make_blocking(args.weights, positions, gemm, false);
  blocking.inputs = blocking.take(std::uint64_t{blocking.block_positions} * sizeof(float));
  blocking.codebook = blocking.take(args.weights.codebook_elements() * sizeof(float));
  return blocking;
}

}  // namespace

std::uint64_t convolution_scratch(const ConvolutionArgs& args, const GemmKernel& gemm) {
  return blocking_of(args, args.window.positions(), gemm).total;
}

void convolution(const ConvolutionArgs& args, const GemmKernel& gemm, std::byte* scratch,
                 Share share) {
  const OutputRange range = output_range(args.weights.rows, args.window.positions(), gemm, share);
  const Blocking blocking = blocking_of(args, range.positions, gemm);
  expand_codebook(args.weights, reinterpret_cast<float*>(scratch + blocking.codebook));
  if (args.weights.coded && args.window.pointwise() && args.window.positions() == 1) {
    linear(args, gemm, range, blocking, scratch);
    return;
  }
  ConvolutionDriver<Float32, ConvolutionArgs, GemmKernel>::run(args, gemm, range, blocking,
                                                               scratch);
}

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/convolution/convolution.h"

#include <algorithm>
#include <limits>

#include "kernels/half/half.h"

namespace bitdown::kernels {
namespace {

constexpr std::size_t kAlign = 64;
constexpr std::uint32_t kChunk = 256;           // Columns decoded at a time, about.
constexpr std::uint32_t kGroup = 32;            // Output rows decoded at a time.
constexpr std::size_t kPackBytes = 256 * 1024;  // Packed B, unless kMinTiles need more.
constexpr std::uint32_t kMinTiles = 3;          // Each block of positions decodes all codes anew.

// Blocking of one layer, and where its parts lie in scratch (offsets in floats).
struct Blocking {
  std::uint32_t chunk;            // Columns of a decoded panel, a multiple of the block size.
  std::uint32_t group;            // Rows of a decoded panel, a multiple of the kernel's.
  std::uint32_t block_positions;  // A multiple of the kernel's tile.
  std::size_t tile_stride;        // Floats of one packed tile: all columns.
  std::size_t codebook, line, packed, panel, sums, total;
};

std::uint32_t round_up(std::uint32_t value, std::uint32_t step) {
  return (value + step - 1) / step * step;
}

Blocking make_blocking(const ConvolutionArgs& args, const GemmKernel& gemm) {
  Blocking b = {};
  const std::uint32_t granule = args.weights.granule();
  const std::uint32_t columns = args.weights.columns;
  b.chunk = std::min(columns, std::max(kChunk / granule, 1u) * granule);
  b.group = round_up(std::min(kGroup, args.weights.rows), gemm.rows);
  b.tile_stride = std::size_t{columns} * gemm.tile;
  const std::size_t fitting = kPackBytes / (b.tile_stride * sizeof(float));
  const std::uint32_t all = round_up(args.window.positions(), gemm.tile) / gemm.tile;
  const std::uint32_t tiles = static_cast<std::uint32_t>(
      std::min<std::size_t>(all, std::max<std::size_t>(fitting, kMinTiles)));
  b.block_positions = tiles * gemm.tile;
  std::size_t offset = 0;
  const auto take = [&offset](std::size_t floats) {
    const std::size_t begin = offset;
    offset +=
        (floats + kAlign / sizeof(float) - 1) / (kAlign / sizeof(float)) * (kAlign / sizeof(float));
    return begin;
  };
  b.codebook = take(args.weights.codebook_elements());
  b.line = take(b.block_positions);
  b.packed = take(b.tile_stride * tiles);
  b.panel = take(std::size_t{b.group} * b.chunk);
  b.sums = take(std::size_t{b.group} * b.block_positions);
  b.total = offset;
  return b;
}

float channel_value(const void* values, bool half, std::uint32_t channel, float absent) {
  if (values == nullptr) return absent;
  return half ? half_to_float(static_cast<const std::uint16_t*>(values)[channel])
              : static_cast<const float*>(values)[channel];
}

// One block of positions of one convolution.
struct BlockRun {
  const ConvolutionArgs& args;
  const GemmKernel& gemm;
  const Blocking& blocking;
  float* scratch;
  std::uint32_t first;      // Position.
  std::uint32_t positions;  // Of this block.

  void pack() const {
    float* line = scratch + blocking.line;
    for (std::uint32_t k = 0; k < args.weights.columns; ++k) {
      const float* source = im2col_line(args.window, args.x, k, first, positions, line);
      gemm.pack_line({source, scratch + blocking.packed + std::size_t{k} * gemm.tile,
                      blocking.tile_stride, positions});
    }
  }

  void multiply_rows(std::uint32_t row, std::uint32_t rows) const {
    float* panel = scratch + blocking.panel;
    const std::uint32_t padded = round_up(rows, gemm.rows);
    const std::uint32_t columns = args.weights.columns;
    for (std::uint32_t k = 0; k < columns; k += blocking.chunk) {
      const std::uint32_t depth = std::min(blocking.chunk, columns - k);
      read_weights(args.weights, scratch + blocking.codebook, {row, rows, k, depth}, panel,
                   blocking.chunk);
      // Rows the kernel computes but nobody reads: any finite numbers do.
      std::fill(panel + std::size_t{rows} * blocking.chunk,
                panel + std::size_t{padded} * blocking.chunk, 0.0f);
      GemmArgs product;
      product.a = panel;
      product.a_stride = blocking.chunk;
      product.b = scratch + blocking.packed + std::size_t{k} * gemm.tile;
      product.b_tile_stride = blocking.tile_stride;
      product.c = scratch + blocking.sums;
      product.c_stride = blocking.block_positions;
      product.rows = padded;
      product.depth = depth;
      product.positions = positions;
      product.first = k == 0;
      gemm.accumulate(product);
    }
  }

  void finish_rows(std::uint32_t row, std::uint32_t rows) const {
    for (std::uint32_t r = 0; r < rows; ++r) {
      const std::size_t at = std::size_t{row + r} * args.window.positions() + first;
      FinishArgs finish;
      finish.c = scratch + blocking.sums + std::size_t{r} * blocking.block_positions;
      finish.residual = args.residual == nullptr ? nullptr : args.residual + at;
      finish.out = args.y + at;
      finish.positions = positions;
      finish.scale = channel_value(args.scale, args.scale_half, row + r, 1.0f);
      finish.shift = channel_value(args.shift, args.shift_half, row + r, 0.0f);
      finish.floor = args.relu ? 0.0f : -std::numeric_limits<float>::infinity();
      gemm.finish(finish);
    }
  }
};

}  // namespace

std::size_t convolution_scratch(const ConvolutionArgs& args, const GemmKernel& gemm) {
  return make_blocking(args, gemm).total * sizeof(float);
}

void convolution(const ConvolutionArgs& args, const GemmKernel& gemm, std::byte* scratch) {
  const Blocking blocking = make_blocking(args, gemm);
  float* const floats = reinterpret_cast<float*>(scratch);
  expand_codebook(args.weights, floats + blocking.codebook);
  const std::uint32_t all = args.window.positions();
  for (std::uint32_t first = 0; first < all; first += blocking.block_positions) {
    const BlockRun run = {args,   gemm,  blocking,
                          floats, first, std::min(blocking.block_positions, all - first)};
    run.pack();
    for (std::uint32_t row = 0; row < args.weights.rows; row += blocking.group) {
      const std::uint32_t rows = std::min(blocking.group, args.weights.rows - row);
      run.multiply_rows(row, rows);
      run.finish_rows(row, rows);
    }
  }
}

}  // namespace bitdown::kernels

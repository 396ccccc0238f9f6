// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "kernels/convolution/blocking.h"
#include "kernels/convolution/share.h"

/// The walk over one share of a convolution that every precision shares. Positions go in blocks
/// that fit the second-level cache as packed B; per block, a group of output rows at a time is
/// decoded from its codes, a chunk of columns at a time, into a panel that fits the first-level
/// cache. At no time are more weights expanded than one panel holds.
namespace bitdown::kernels {

/// A position in that walk, as a Family's functions see it.
template <typename Args, typename Kernel>
struct ConvolutionBlock {
  const Args& args;
  const Kernel& kernel;
  const Blocking& blocking;
  std::byte* scratch;
  std::uint32_t first;      ///< Position.
  std::uint32_t positions;  ///< Of this block.

  template <typename T>
  T* at(std::uint64_t offset) const {
    return reinterpret_cast<T*>(scratch + offset);
  }
  /// Rows of the panel that the kernel computes but nobody reads: any finite numbers do.
  void clear_unused_rows(std::uint32_t rows) const {
    const std::size_t row_bytes = blocking.panel_stride * kernel.word_bytes;
    const std::uint32_t padded = divide_up(rows, kernel.rows) * kernel.rows;
    std::byte* const panel = scratch + blocking.panel;
    std::fill(panel + rows * row_bytes, panel + padded * row_bytes, std::byte{0});
  }
  /// A word of the tile of packed B that begins with position `p` of the block.
  std::byte* packed_word(std::uint32_t word, std::uint32_t p = 0) const {
    const std::size_t words =
        p / kernel.tile * blocking.tile_stride + std::size_t{word} * kernel.tile;
    return scratch + blocking.packed + words * kernel.word_bytes;
  }
  /// The sums of the strip that begins with position `p`: where a panel has all columns, one place
  /// serves all strips.
  std::byte* sums(std::uint32_t p) const {
    const std::size_t column = blocking.sums_stride > blocking.strip ? p : 0;
    return scratch + blocking.sums + column * sizeof(float);
  }
};

/// Family has, all static:
///   void pack(const Block&)                       the inputs into packed B
///   const void* panel(const Block&, const WeightRange&, std::size_t& stride)
///                                                 the range's words with zeros up to whole
///                                                 kernel.rows, and from row to row; decodes it
///                                                 into the block's panel, or has it
///   void accumulate(const Block&, const PanelArgs&, std::uint32_t p)
///                                                 the product of the strip from p on
///   void finish(const Block&, std::uint32_t row, std::uint32_t rows, std::uint32_t p,
///               std::uint32_t positions)          turns sums(p) into outputs from (row, p) on
template <typename Family, typename Args, typename Kernel>
class ConvolutionDriver {
 public:
  using Block = ConvolutionBlock<Args, Kernel>;

  /// `blocking`: made for the positions of `range`.
  static void run(const Args& args, const Kernel& kernel, const OutputRange& range,
                  const Blocking& blocking, std::byte* scratch) {
    const std::uint32_t end = range.position + range.positions;
    const std::uint32_t end_row = range.row + range.rows;
    if (range.rows == 0) return;
    for (std::uint32_t first = range.position; first < end; first += blocking.block_positions) {
      const Block block = {args,    kernel, blocking,
                           scratch, first,  std::min(blocking.block_positions, end - first)};
      Family::pack(block);
      for (std::uint32_t row = range.row; row < end_row; row += blocking.group) {
        multiply(block, row, std::min(blocking.group, end_row - row));
      }
    }
  }

 private:
  // Sums of a strip are finished while they are near.
  static void multiply(const Block& block, std::uint32_t row, std::uint32_t rows) {
    const Blocking& blocking = block.blocking;
    const Kernel& kernel = block.kernel;
    const std::uint32_t columns = block.args.weights.columns;
    const std::uint32_t padded = divide_up(rows, kernel.rows) * kernel.rows;
    for (std::uint32_t k = 0; k < columns; k += blocking.chunk) {
      const std::uint32_t depth = std::min(blocking.chunk, columns - k);
      PanelArgs product;
      product.a = Family::panel(block, {row, rows, k, depth}, product.a_stride);
      product.b_tile_stride = blocking.tile_stride;
      product.c_stride = blocking.sums_stride;
      product.rows = padded;
      product.depth = divide_up(depth, kernel.word_k);
      product.first = k == 0;
      for (std::uint32_t p = 0; p < block.positions; p += blocking.strip) {
        product.b = block.packed_word(k / kernel.word_k, p);
        product.c = block.sums(p);
        product.positions = std::min(blocking.strip, block.positions - p);
        Family::accumulate(block, product, p);
        if (k + depth == columns) Family::finish(block, row, rows, p, product.positions);
      }
    }
  }
};

}  // namespace bitdown::kernels

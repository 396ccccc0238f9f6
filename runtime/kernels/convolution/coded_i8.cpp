// SPDX-License-Identifier: MIT
#include "kernels/convolution/coded_i8.h"

#include <algorithm>

#include "kernels/convolution/finish_i8.h"
#include "kernels/convolution/inputs_i8.h"

namespace bitdown::kernels {
namespace {

constexpr std::uint32_t kGroup = 64;  // Rows whose sums are finished at a time.

bool can_multiply(const Int8ConvolutionArgs& args, const Int8Kernel& kernel) {
  const WeightMatrix& weights = args.weights;
  return kernel.coded != nullptr && weights.coded && weights.codes.high_bit_count == 0 &&
         can_multiply_codes(weights.codes.block_size, weights.columns, kernel);
}

// The walk over a share that multiplies straight from codes: no panels, so tiles come first, and
// each is finished a group of rows at a time.
class Walk {
 public:
  Walk(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, const OutputRange& range,
       const Blocking& blocking, std::byte* scratch)
      : args_(args), kernel_(kernel), range_(range), blocking_(blocking), scratch_(scratch) {}

  void run() {
    const std::uint32_t end = range_.position + range_.positions;
    for (std::uint32_t first = range_.position; first < end; first += blocking_.block_positions) {
      const Cut block = {first, std::min(blocking_.block_positions, end - first)};
      pack_inputs_i8(args_, kernel_, blocking_, scratch_, block);
      multiply(block);
    }
  }

 private:
  // The last positions of a block that are computed beside as many tiles, one each.
  std::uint32_t extras(std::uint32_t positions) const {
    const std::uint32_t few = kernel_.few_of(positions);
    return kernel_.codes_extra && few <= positions / kernel_.tile ? few : 0;
  }

  void multiply(const Cut& block) {
    const std::uint32_t few = extras(block.length);
    const std::uint32_t wide = block.length - few;
    const std::uint32_t end = range_.row + range_.rows;
    for (std::uint32_t p = 0; p < wide; p += kernel_.tile) {
      const Cut tile = {p, std::min(kernel_.tile, wide - p)};
      for (std::uint32_t row = range_.row; row < end;) {
        const Cut rows = {row, next_rows(end - row)};
        multiply_tile(rows, tile, few);
        finish(rows, {block.begin + p, tile.length}, blocking_.sums_coded, kernel_.tile);
        row += rows.length;
      }
    }
    if (few > 0) {
      finish({range_.row, range_.rows}, {block.begin + wide, few}, blocking_.sums_few, few);
    }
  }

  // What is left after a group must not be less than the kernel takes.
  std::uint32_t next_rows(std::uint32_t left) const {
    return left < kGroup + kernel_.rows ? left : kGroup;
  }

  void multiply_tile(const Cut& rows, const Cut& positions, std::uint32_t few) {
    const CodedWeights& codes = args_.weights.codes;
    const std::uint32_t tile = positions.begin / kernel_.tile;
    Int8CodedArgs product;
    product.blocks = args_.weights.columns / codes.block_size;
    product.code_stride = product.blocks;
    product.codes = codes.codes + rows.begin * product.code_stride;
    product.block_size = codes.block_size;
    product.codebooks = args_.prepared.numbers;
    product.version_size = args_.weights.codebook_elements();
    product.versions = args_.prepared.versions + rows.begin;
    product.b = scratch_ + blocking_.packed +
                tile * static_cast<std::size_t>(blocking_.tile_stride) * kernel_.word_bytes;
    product.c = reinterpret_cast<std::int32_t*>(scratch_ + blocking_.sums_coded);
    product.c_stride = kernel_.tile;
    product.rows = rows.length;
    product.positions = positions.length;
    if (tile < few) {
      product.extra = few_words_i8(args_, kernel_, blocking_, scratch_, tile);
      product.extra_c = reinterpret_cast<std::int32_t*>(scratch_ + blocking_.sums_few) +
                        std::size_t{rows.begin - range_.row} * few + tile;
      product.extra_stride = few;
    }
    kernel_.coded(product);
  }

  void finish(const Cut& rows, const Cut& positions, std::uint64_t sums, std::uint32_t stride) {
    Int8FinishArgs finish = make_finish(args_, rows.begin, positions.begin);
    finish.c = reinterpret_cast<const std::int32_t*>(scratch_ + sums);
    finish.c_stride = stride;
    finish.rows = rows.length;
    finish.positions = positions.length;
    finish.row = args_.finish + rows.begin;
    kernel_.finish(finish);
  }

  const Int8ConvolutionArgs& args_;
  const Int8Kernel& kernel_;
  const OutputRange& range_;
  const Blocking& blocking_;
  std::byte* const scratch_;
};

}  // namespace

bool can_multiply_coded_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                           const OutputRange& range) {
  const bool expanded = args.prepared.rows != nullptr;
  return can_multiply(args, kernel) && !expanded && range.rows >= kernel.rows;
}

void take_coded_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, Blocking& blocking) {
  if (!can_multiply(args, kernel)) return;
  const std::uint64_t sums = std::uint64_t{kGroup + kernel.rows} * kernel.tile;
  blocking.sums_coded = blocking.take(sums * sizeof(std::int32_t));
  const std::uint64_t few = std::uint64_t{args.weights.rows} * kernel.lanes;
  blocking.sums_few = blocking.take(few * sizeof(std::int32_t));
}

void multiply_coded_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                       const OutputRange& range, const Blocking& blocking, std::byte* scratch) {
  Walk(args, kernel, range, blocking, scratch).run();
}

}  // namespace bitdown::kernels

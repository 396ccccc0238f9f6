// SPDX-License-Identifier: MIT
#include "kernels/convolution/coded_i8.h"

#include <algorithm>

#include "kernels/convolution/finish_i8.h"
#include "kernels/convolution/inputs_i8.h"

namespace bitdown::kernels {
namespace {

bool can_multiply(const Int8ConvolutionArgs& args, const Int8Kernel& kernel) {
  const WeightMatrix& weights = args.weights;
  return kernel.coded != nullptr && weights.coded && weights.codes.high_bit_count == 0 &&
         can_multiply_codes(weights.codes.block_size, weights.columns, kernel);
}

// The walk over a share that multiplies straight from codes: no panels, so tiles come first.
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
  // The last positions of a block that are computed beside as many tiles, one each. A vector of
  // their own takes half a tile's time, one beside a fifth where words lie across codewords.
  std::uint32_t extras(std::uint32_t positions) const {
    const bool across = args_.weights.codes.block_size % kernel_.word_k != 0;
    const std::uint32_t most = std::min(positions / kernel_.tile, across ? 2 : kernel_.lanes);
    const std::uint32_t few = kernel_.few_of(positions);
    return kernel_.codes_extra && few <= most ? few : 0;
  }

  void multiply(const Cut& block) {
    const std::uint32_t few = extras(block.length);
    const std::uint32_t wide = block.length - few;
    for (std::uint32_t p = 0; p < wide; p += kernel_.tile) {
      multiply_tile(block.begin, {p, std::min(kernel_.tile, wide - p)}, few);
    }
    if (few > 0) finish_extras(block.begin + wide, few);
  }

  void multiply_tile(std::uint32_t block, const Cut& positions, std::uint32_t few) {
    const CodedWeights& codes = args_.weights.codes;
    const std::uint32_t tile = positions.begin / kernel_.tile;
    Int8CodedArgs product;
    product.blocks = args_.weights.columns / codes.block_size;
    product.code_stride = product.blocks;
    product.codes = codes.codes + range_.row * product.code_stride;
    product.block_size = codes.block_size;
    product.codebooks = args_.prepared.numbers;
    product.version_size = args_.weights.codebook_elements();
    product.versions = args_.prepared.versions + range_.row;
    product.b = scratch_ + blocking_.packed +
                tile * static_cast<std::size_t>(blocking_.tile_stride) * kernel_.word_bytes;
    product.rows = range_.rows;
    product.positions = positions.length;
    product.outputs = outputs_from(args_, range_.row, block + positions.begin);
    if (tile < few) {
      product.extra = few_words_i8(args_, kernel_, blocking_, scratch_, tile);
      product.extra_c = sums_few() + tile;
      product.extra_stride = few;
    }
    kernel_.coded(product);
  }

  void finish_extras(std::uint32_t position, std::uint32_t few) {
    Int8FinishArgs finish{outputs_from(args_, range_.row, position)};
    finish.c = sums_few();
    finish.c_stride = few;
    finish.rows = range_.rows;
    finish.positions = few;
    kernel_.finish(finish);
  }

  std::int32_t* sums_few() const {
    return reinterpret_cast<std::int32_t*>(scratch_ + blocking_.sums_few);
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
  const std::uint64_t few = std::uint64_t{args.weights.rows} * kernel.lanes;
  blocking.sums_few = blocking.take(few * sizeof(std::int32_t));
}

void multiply_coded_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                       const OutputRange& range, const Blocking& blocking, std::byte* scratch) {
  Walk(args, kernel, range, blocking, scratch).run();
}

}  // namespace bitdown::kernels

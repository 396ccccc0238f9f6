// SPDX-License-Identifier: MIT
#include "kernels/convolution/inputs_i8.h"

#include <algorithm>
#include <cstring>

#include "kernels/im2col/columns.h"

namespace bitdown::kernels {
namespace {

// Of all columns of a position.
std::size_t words_of(const Int8ConvolutionArgs& args, const Int8Kernel& kernel) {
  return divide_up(args.weights.columns, kernel.word_k);
}

// Copies the words of a position from its lane of packed B.
void take_out(const std::byte* from, const Int8Kernel& kernel, std::size_t words, std::byte* to) {
  for (std::size_t word = 0; word < words; ++word) {
    std::memcpy(to, from, sizeof(std::int32_t));  // Constant: words have 32 bits.
    to += kernel.word_bytes;
    from += std::size_t{kernel.tile} * kernel.word_bytes;
  }
}

}  // namespace

void take_inputs_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, Blocking& blocking) {
  blocking.inputs =
      blocking.take(Columns::scratch(args.window, blocking.block_positions, kernel.tile));
  blocking.few = blocking.take(kernel.lanes * words_of(args, kernel) * kernel.word_bytes);
}

void pack_inputs_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                    const Blocking& blocking, std::byte* scratch, const Cut& positions) {
  const auto zero = static_cast<std::uint8_t>(args.x_grid.zero);
  Columns columns(args.window, args.x, zero, positions.begin, positions.length, kernel.tile,
                  scratch + blocking.inputs);
  std::byte* const packed = scratch + blocking.packed;
  const std::size_t row_bytes = std::size_t{kernel.tile} * kernel.word_bytes;
  const std::size_t words = words_of(args, kernel);
  Int8PackArgs pack;
  pack.zero = zero;
  pack.readable = columns.readable();
  pack.b_tile_stride = static_cast<std::size_t>(blocking.tile_stride);
  pack.positions = positions.length;
  Int8Line lines[Columns::kAlive];
  pack.lines = lines;
  for (std::size_t word = 0; word < words; word += pack.words) {
    // Beyond the last column any numbers do: their weights are 0.
    pack.words = static_cast<std::uint32_t>(
        std::min<std::size_t>(Columns::kAlive / kernel.word_k, words - word));
    columns.next(lines, pack.words * kernel.word_k);
    pack.b = packed + word * row_bytes;
    kernel.pack(pack);
  }
  const std::uint32_t few = kernel.few_of(positions.length);
  for (std::uint32_t i = 0; i < few; ++i) {
    const std::uint32_t p = positions.length - few + i;
    const std::size_t tile = p / kernel.tile * pack.b_tile_stride * kernel.word_bytes;
    take_out(packed + tile + std::size_t{p % kernel.tile} * kernel.word_bytes, kernel, words,
             scratch + blocking.few + i * words * kernel.word_bytes);
  }
}

const std::byte* few_words_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                              const Blocking& blocking, const std::byte* scratch, std::uint32_t i) {
  return scratch + blocking.few + i * words_of(args, kernel) * kernel.word_bytes;
}

}  // namespace bitdown::kernels

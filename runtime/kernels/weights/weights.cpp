// SPDX-License-Identifier: MIT
#include "kernels/weights/weights.h"

#include <cstring>

#include "kernels/half/half.h"

namespace bitdown::kernels {
namespace {

struct ByteCodes {
  const std::uint8_t* low;
  std::size_t operator[](std::size_t i) const { return low[i]; }
};

struct SplitCodes {
  const std::uint8_t* low;
  const std::uint8_t* high;
  std::uint32_t bits;  // Per code in the high plane, 1 to 8.

  std::size_t operator[](std::size_t i) const {
    const std::size_t bit = i * bits;
    const std::uint32_t shift = bit % 8;
    std::uint32_t window = high[bit / 8];
    // The next byte only when the code reaches into it: the plane may end here.
    if (shift + bits > 8) window |= static_cast<std::uint32_t>(high[bit / 8 + 1]) << 8;
    const std::uint32_t mask = (1u << bits) - 1;
    return low[i] | static_cast<std::size_t>((window >> shift) & mask) << 8;
  }
};

// kBlock: d at compile time, so that a codeword is a few vector moves; 0: any d.
template <std::uint32_t kBlock, typename Codes>
void copy_codewords(const Codes& codes, std::size_t first, std::uint32_t blocks,
                    const float* codebook, std::uint32_t block_size, float* out) {
  const std::uint32_t d = kBlock != 0 ? kBlock : block_size;
  for (std::uint32_t b = 0; b < blocks; ++b) {
    std::memcpy(out + b * d, codebook + codes[first + b] * d, d * sizeof(float));
  }
}

template <typename Codes>
void read_coded(const Codes& codes, const WeightMatrix& weights, const float* codebook,
                const WeightRange& range, float* out, std::size_t stride) {
  const std::uint32_t d = weights.codes.block_size;
  const std::size_t blocks_per_row = weights.columns / d;
  for (std::uint32_t r = 0; r < range.rows; ++r, out += stride) {
    const std::size_t first = (range.row + r) * blocks_per_row + range.column / d;
    const std::uint32_t blocks = range.columns / d;
    switch (d) {
      case 4:
        copy_codewords<4>(codes, first, blocks, codebook, d, out);
        break;
      case 8:
        copy_codewords<8>(codes, first, blocks, codebook, d, out);
        break;
      case 9:
        copy_codewords<9>(codes, first, blocks, codebook, d, out);
        break;
      case 18:
        copy_codewords<18>(codes, first, blocks, codebook, d, out);
        break;
      default:
        copy_codewords<0>(codes, first, blocks, codebook, d, out);
        break;
    }
  }
}

void read_dense(const WeightMatrix& weights, const WeightRange& range, float* out,
                std::size_t stride) {
  for (std::uint32_t r = 0; r < range.rows; ++r, out += stride) {
    const std::size_t first = std::size_t{range.row + r} * weights.columns + range.column;
    if (weights.dense.half) {
      const auto* source = static_cast<const std::uint16_t*>(weights.dense.values) + first;
      for (std::uint32_t i = 0; i < range.columns; ++i) out[i] = half_to_float(source[i]);
    } else {
      const auto* source = static_cast<const float*>(weights.dense.values) + first;
      std::memcpy(out, source, range.columns * sizeof(float));
    }
  }
}

}  // namespace

void expand_codebook(const WeightMatrix& weights, float* codebook) {
  const std::size_t elements = weights.codebook_elements();
  for (std::size_t i = 0; i < elements; ++i) codebook[i] = half_to_float(weights.codes.codebook[i]);
}

void read_weights(const WeightMatrix& weights, const float* codebook, const WeightRange& range,
                  float* out, std::size_t stride) {
  const CodedWeights& coded = weights.codes;
  if (!weights.coded) {
    read_dense(weights, range, out, stride);
  } else if (coded.high_bit_count == 0) {
    read_coded(ByteCodes{coded.codes}, weights, codebook, range, out, stride);
  } else {
    read_coded(SplitCodes{coded.codes, coded.high_bits, coded.high_bit_count}, weights, codebook,
               range, out, stride);
  }
}

}  // namespace bitdown::kernels

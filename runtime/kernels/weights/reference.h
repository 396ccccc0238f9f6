// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/half/half.h"
#include "kernels/weights/weights.h"

namespace bitdown::kernels {

/// W[row][column] from the definition, bit by bit: the judge of read_weights().
inline float weight_reference(const WeightMatrix& weights, std::uint32_t row,
                              std::uint32_t column) {
  if (!weights.coded) {
    const std::size_t i = std::size_t{row} * weights.columns + column;
    return weights.dense.half
               ? half_to_float(static_cast<const std::uint16_t*>(weights.dense.values)[i])
               : static_cast<const float*>(weights.dense.values)[i];
  }
  const CodedWeights& coded = weights.codes;
  const std::size_t blocks = weights.columns / coded.block_size;
  const std::size_t i = row * blocks + column / coded.block_size;
  std::size_t code = coded.codes[i];
  for (std::uint32_t bit = 0; bit < coded.high_bit_count; ++bit) {
    const std::size_t at = i * coded.high_bit_count + bit;
    const std::size_t value = (coded.high_bits[at / 8] >> (at % 8)) & 1u;
    code |= value << (8 + bit);
  }
  return half_to_float(coded.codebook[code * coded.block_size + column % coded.block_size]);
}

}  // namespace bitdown::kernels

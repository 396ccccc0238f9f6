// SPDX-License-Identifier: MIT
#include "kernels/weights/matrix_vector.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/weights/codes.h"

namespace bitdown::kernels {
namespace {

constexpr std::uint32_t kChunk = 256;  // Codes unpacked at a time.

template <typename Codes>
void unpack(const Codes& codes, std::size_t first, std::uint32_t count, std::uint16_t* out) {
  for (std::uint32_t i = 0; i < count; ++i) out[i] = static_cast<std::uint16_t>(codes[first + i]);
}

// The high bits of four codes of 10 bits, which share a byte, as a byte each.
using Spread = std::array<std::array<std::uint8_t, 4>, 256>;
constexpr Spread spread_table() {
  Spread table = {};
  for (std::size_t byte = 0; byte < table.size(); ++byte) {
    for (std::size_t j = 0; j < 4; ++j) table[byte][j] = byte >> (2 * j) & 3;
  }
  return table;
}
constexpr Spread kSpread = spread_table();

void unpack_ten_bits(const SplitCodes& codes, std::size_t first, std::uint32_t count,
                     std::uint16_t* out) {
  const std::uint8_t* const low = codes.low + first;
  const std::uint8_t* const packed = codes.high + first / 4;
  const std::uint32_t whole = count / 4 * 4;
  std::uint8_t high[kChunk];
  for (std::uint32_t i = 0; i < whole; i += 4) {
    std::memcpy(high + i, kSpread[packed[i / 4]].data(), 4);
  }
  for (std::uint32_t i = 0; i < whole; ++i) {
    out[i] = static_cast<std::uint16_t>(low[i] | high[i] << 8);
  }
  for (std::uint32_t i = whole; i < count; ++i) {
    out[i] = static_cast<std::uint16_t>(codes[first + i]);
  }
}

void read_chunk(const CodedWeights& coded, std::size_t first, std::uint32_t count,
                std::uint16_t* out) {
  const SplitCodes split = {coded.codes, coded.high_bits, coded.high_bit_count};
  if (coded.high_bit_count == 0) {
    unpack(ByteCodes{coded.codes}, first, count, out);
  } else if (coded.high_bit_count == 2 && first % 4 == 0) {
    unpack_ten_bits(split, first, count, out);
  } else {
    unpack(split, first, count, out);
  }
}

using Four [[gnu::vector_size(16)]] = float;

Four load(const float* from) {
  Four four;
  std::memcpy(&four, from, sizeof four);
  return four;
}

// kBlock: d at compile time, so that a codeword is kBlock / 4 vectors; every fourth block has sums
// of its own, so that additions need not wait for one another.
template <std::uint32_t kBlock>
float dot(const std::uint16_t* codes, std::uint32_t count, const float* codebook, const float* x) {
  Four sums[4] = {};
  const auto add = [&](std::uint32_t b, Four& sum) {
    const float* const word = codebook + codes[b] * kBlock;
    for (std::uint32_t e = 0; e < kBlock; e += 4) sum += load(word + e) * load(x + b * kBlock + e);
  };
  std::uint32_t b = 0;
  for (; b + 4 <= count; b += 4) {
    for (std::uint32_t i = 0; i < 4; ++i) add(b + i, sums[i]);
  }
  for (; b < count; ++b) add(b, sums[0]);
  const Four sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

float dot_any(const std::uint16_t* codes, std::uint32_t count, std::uint32_t d,
              const float* codebook, const float* x) {
  float sum = 0;
  for (std::uint32_t b = 0; b < count; ++b) {
    const float* const word = codebook + codes[b] * d;
    for (std::uint32_t e = 0; e < d; ++e) sum += word[e] * x[b * d + e];
  }
  return sum;
}

}  // namespace

void matrix_vector(const WeightMatrix& weights, const float* codebook, const float* x,
                   std::uint32_t row, std::uint32_t rows, float* sums) {
  const std::uint32_t d = weights.codes.block_size;
  const std::uint32_t blocks = weights.columns / d;
  std::uint16_t codes[kChunk];
  for (std::uint32_t r = 0; r < rows; ++r) {
    float sum = 0;
    for (std::uint32_t b = 0; b < blocks; b += kChunk) {
      const std::uint32_t count = std::min(kChunk, blocks - b);
      read_chunk(weights.codes, std::size_t{row + r} * blocks + b, count, codes);
      const float* const from = x + std::size_t{b} * d;
      switch (d) {
        case 4:
          sum += dot<4>(codes, count, codebook, from);
          break;
        case 8:
          sum += dot<8>(codes, count, codebook, from);
          break;
        default:
          sum += dot_any(codes, count, d, codebook, from);
      }
    }
    sums[r] = sum;
  }
}

}  // namespace bitdown::kernels

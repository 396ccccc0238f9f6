// SPDX-License-Identifier: MIT
#include "kernels/weights/matrix_vector.h"

#include <algorithm>

#include "kernels/weights/codes.h"

namespace bitdown::kernels {
namespace {

constexpr std::uint32_t kChunk = 256;  // Codes unpacked at a time.

template <typename Codes>
void unpack(const Codes& codes, std::size_t first, std::uint32_t count, std::uint16_t* out) {
  for (std::uint32_t i = 0; i < count; ++i) out[i] = static_cast<std::uint16_t>(codes[first + i]);
}

// Codes of 10 bits: a byte of the high plane has four.
void unpack_ten_bits(const SplitCodes& codes, std::size_t first, std::uint32_t count,
                     std::uint16_t* out) {
  const std::uint8_t* const low = codes.low + first;
  const std::uint8_t* const high = codes.high + first / 4;
  std::uint32_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const std::uint32_t four = high[i / 4];
    for (std::uint32_t j = 0; j < 4; ++j) {
      out[i + j] = static_cast<std::uint16_t>(low[i + j] | (four >> (2 * j) & 3) << 8);
    }
  }
  for (; i < count; ++i) out[i] = static_cast<std::uint16_t>(codes[first + i]);
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

// kBlock: d at compile time, so that a codeword is a vector; the even and the odd blocks have sums
// of their own, so that one addition need not wait for the other.
template <std::uint32_t kBlock>
float dot(const std::uint16_t* codes, std::uint32_t count, const float* codebook, const float* x) {
  float even[kBlock] = {};
  float odd[kBlock] = {};
  std::uint32_t b = 0;
  for (; b + 2 <= count; b += 2) {
    const float* const first = codebook + codes[b] * kBlock;
    const float* const second = codebook + codes[b + 1] * kBlock;
    for (std::uint32_t e = 0; e < kBlock; ++e) even[e] += first[e] * x[b * kBlock + e];
    for (std::uint32_t e = 0; e < kBlock; ++e) odd[e] += second[e] * x[(b + 1) * kBlock + e];
  }
  if (b < count) {
    const float* const last = codebook + codes[b] * kBlock;
    for (std::uint32_t e = 0; e < kBlock; ++e) even[e] += last[e] * x[b * kBlock + e];
  }
  float sum = 0;
  for (std::uint32_t e = 0; e < kBlock; ++e) sum += even[e] + odd[e];
  return sum;
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

// SPDX-License-Identifier: MIT
#include "kernels/convolution/weights_table.h"

#include <algorithm>
#include <cmath>

#include "aligned.h"
#include "kernels/convolution/finish_i8.h"
#include "kernels/half/half.h"
#include "kernels/weights/rounding.h"

namespace bitdown::kernels {
namespace {

constexpr float kLargestNumber = 127.0f;
constexpr std::int32_t kCentre = 128;  // What tables subtract from x.

// Byte offsets of the parts of prepared weights.
struct Parts {
  std::uint64_t shifts = 0, finish = 0, total = 0;
};

Parts parts_of(const WeightMatrix& weights, const TableKernel& kernel) {
  const std::uint64_t stride = table_codeword_stride(weights.codes.block_size, kernel.word_k);
  Parts parts;
  parts.shifts = weights.codes.entries * stride * kernel.number_bytes;
  parts.finish = align_up(parts.shifts + weights.codes.entries);
  parts.total = align_up(parts.finish + std::uint64_t{weights.rows} * sizeof(RowFinish));
  return parts;
}

// What tables need to know of a codeword besides its numbers, in units of step / 2^kTableFinest.
struct Codeword {
  std::uint32_t finer = 0;
  std::int32_t sum = 0;
  std::uint32_t magnitude = 0;  // Sum of absolute numbers.
};

float largest_of(const WeightMatrix& weights, std::size_t first, std::size_t count) {
  float largest = 0.0f;
  for (std::size_t i = first; i < first + count; ++i) {
    largest = std::max(largest, std::fabs(half_to_float(weights.codes.codebook[i])));
  }
  return largest;
}

std::uint32_t finer_of(float codeword, float codebook) {
  std::uint32_t finer = 0;
  for (; finer < kTableFinest && 2 * codeword <= codebook; ++finer) codeword *= 2;
  return finer;
}

template <typename T>
float quantize(const WeightMatrix& weights, std::uint32_t stride, T* out, Codeword* codewords) {
  const std::uint32_t d = weights.codes.block_size;
  const float largest = largest_of(weights, 0, weights.codebook_elements());
  const float step = largest > 0.0f ? largest / kLargestNumber : 1.0f;
  for (std::uint32_t c = 0; c < weights.codes.entries; ++c, out += stride) {
    Codeword& codeword = codewords[c];
    codeword.finer = finer_of(largest_of(weights, std::size_t{c} * d, d), largest);
    const float unit = step / static_cast<float>(1u << codeword.finer);
    float numbers[kTableMaxBlock];
    for (std::uint32_t e = 0; e < d; ++e) {
      const float value = half_to_float(weights.codes.codebook[std::size_t{c} * d + e]);
      numbers[e] = std::clamp(value / unit, -kLargestNumber, kLargestNumber);
    }
    round_keeping_sum(numbers, d, out);
    std::fill(out + d, out + stride, T{0});
    for (std::uint32_t e = 0; e < d; ++e) {
      const std::int32_t number = out[e] * (1 << (kTableFinest - codeword.finer));
      codeword.sum += number;
      codeword.magnitude += static_cast<std::uint32_t>(std::abs(number));
    }
  }
  return step;
}

std::uint32_t smallest_shift(const WeightMatrix& weights, const Codeword* codewords) {
  const std::uint32_t blocks = weights.columns / weights.codes.block_size;
  std::uint64_t largest = 0;  // At most 8 * 32 * 127 * 2^8 * 128.
  const std::uint8_t* code = weights.codes.codes;
  for (std::uint32_t row = 0; row < weights.rows; ++row) {
    for (std::uint32_t first = 0; first < blocks; first += kTableBlocks) {
      std::uint64_t sum = 0;
      const std::uint32_t end = std::min(first + kTableBlocks, blocks);
      for (std::uint32_t b = first; b < end; ++b) sum += codewords[*code++].magnitude;
      largest = std::max(largest, kCentre * sum);
    }
  }
  std::uint32_t shift = 0;
  const auto rounded = [&] { return (largest >> kTableFinest) + ((kTableBlocks << shift) / 2); };
  while (rounded() >> shift > INT16_MAX) ++shift;
  return shift;
}

// Sums of tables lack x.zero and have too much of what tables subtract from x, and half a unit of
// the exact sum for each table that is rounded.
void prepare_finishes(const Int8ConvolutionArgs& args, const TableWeights& prepared,
                      const Codeword* codewords, RowFinish* finishes) {
  std::int64_t excess[kTableRows];  // In halves of step / 2^kTableFinest.
  for (std::uint32_t c = 0; c < args.weights.codes.entries; ++c) {
    const std::int64_t half = prepared.shifts[c] == 0 ? 0 : 1;
    excess[c] = 2 * (args.x_grid.zero - kCentre) * std::int64_t{codewords[c].sum} +
                (half << (kTableFinest - codewords[c].finer));
  }
  const std::uint32_t blocks = args.weights.columns / args.weights.codes.block_size;
  const std::uint8_t* code = args.weights.codes.codes;
  for (std::uint32_t row = 0; row < args.weights.rows; ++row) {
    std::int64_t sum = 0;
    for (std::uint32_t b = 0; b < blocks; ++b) sum += excess[*code++];
    const float offset = static_cast<float>(sum) / static_cast<float>(2u << kTableFinest);
    finishes[row] = row_finish(args, row, prepared.step, offset);
    finishes[row].scale *= static_cast<float>(1u << prepared.shift);
  }
}

}  // namespace

std::uint64_t table_weights_bytes(const WeightMatrix& weights, const TableKernel& kernel) {
  return parts_of(weights, kernel).total;
}

TableWeights prepare_table_weights(const Int8ConvolutionArgs& args, const TableKernel& kernel,
                                   std::byte* memory) {
  const WeightMatrix& weights = args.weights;
  const Parts parts = parts_of(weights, kernel);
  const std::uint32_t stride = table_codeword_stride(weights.codes.block_size, kernel.word_k);
  auto* const shifts = reinterpret_cast<std::uint8_t*>(memory + parts.shifts);
  auto* const finish = reinterpret_cast<RowFinish*>(memory + parts.finish);
  TableWeights prepared = {memory, shifts, finish};
  Codeword codewords[kTableRows];
  prepared.step =
      kernel.number_bytes == 1
          ? quantize(weights, stride, reinterpret_cast<std::int8_t*>(memory), codewords)
          : quantize(weights, stride, reinterpret_cast<std::int16_t*>(memory), codewords);
  prepared.shift = smallest_shift(weights, codewords);
  for (std::uint32_t c = 0; c < weights.codes.entries; ++c) {
    shifts[c] = static_cast<std::uint8_t>(prepared.shift + codewords[c].finer);
  }
  prepare_finishes(args, prepared, codewords, finish);
  return prepared;
}

}  // namespace bitdown::kernels

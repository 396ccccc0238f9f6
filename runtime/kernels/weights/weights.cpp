// SPDX-License-Identifier: MIT
#include "kernels/weights/weights.h"

#include <algorithm>
#include <cstring>

#include "kernels/half/half.h"
#include "kernels/weights/codes.h"
#include "kernels/weights/reach.h"
#include "kernels/weights/rounding.h"

namespace bitdown::kernels {
namespace {

// kBlock: d at compile time, so that a codeword is a few vector moves; 0: any d.
template <std::uint32_t kBlock, typename Codes, typename T>
void copy_codewords(const Codes& codes, std::size_t first, std::uint32_t blocks, const T* codebook,
                    std::uint32_t block_size, T* out) {
  const std::uint32_t d = kBlock != 0 ? kBlock : block_size;
  for (std::uint32_t b = 0; b < blocks; ++b) {
    std::memcpy(out + b * d, codebook + codes[first + b] * d, d * sizeof(T));
  }
}

template <typename Codes, typename T>
void copy_rows(const Codes& codes, const WeightMatrix& weights, const T* codebook,
               const WeightRange& range, T* out, std::size_t stride) {
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

constexpr float kFiner[kCodebookVersions] = {1.0f,          0x1.6a09e6p0f, 2.0f,
                                             0x1.6a09e6p1f, 4.0f,          0x1.6a09e6p2f};

template <typename Codes>
void choose_versions(const Codes& codes, const WeightMatrix& weights, const std::uint8_t* finest,
                     std::uint8_t* row_versions) {
  const std::uint32_t blocks = weights.columns / weights.codes.block_size;
  for (std::uint32_t row = 0; row < weights.rows; ++row) {
    std::uint8_t least = kCodebookVersions - 1;
    for (std::uint32_t b = 0; b < blocks && least > 0; ++b) {
      least = std::min(least, finest[codes[std::size_t{row} * blocks + b]]);
    }
    row_versions[row] = least;
  }
}

}  // namespace

void expand_codebook(const WeightMatrix& weights, float* codebook) {
  const std::size_t elements = weights.codebook_elements();
  for (std::size_t i = 0; i < elements; ++i) codebook[i] = half_to_float(weights.codes.codebook[i]);
}

template <typename T>
CodebookGrids quantize_codebook(const WeightMatrix& weights, T* versions, std::uint8_t* finest) {
  const CodedWeights& coded = weights.codes;
  const std::size_t elements = weights.codebook_elements();
  const std::uint32_t d = coded.block_size;
  const float limit = largest_reach(d);
  float codeword[kMaxBlockSize];
  const auto expand = [&](std::uint32_t k, float step) {
    for (std::uint32_t e = 0; e < d; ++e) {
      codeword[e] = half_to_float(coded.codebook[std::size_t{k} * d + e]) / step;
    }
    return reach_of(codeword, d);
  };
  float largest = 0.0f;
  for (std::uint32_t k = 0; k < coded.entries; ++k) largest = std::max(largest, expand(k, 1.0f));
  CodebookGrids grids;
  grids.steps[0] = largest > 0.0f ? largest / limit : 1.0f;
  for (std::uint32_t v = 1; v < kCodebookVersions; ++v) {
    grids.steps[v] = grids.steps[0] / kFiner[v];
  }
  float numbers[kMaxBlockSize];
  for (std::uint32_t k = 0; k < coded.entries; ++k) {
    const std::size_t at = std::size_t{k} * d;
    const float reach = expand(k, grids.steps[0]);
    for (std::uint32_t v = 0; v < kCodebookVersions; ++v) {
      if (v > 0 && reach * kFiner[v] > limit) break;
      for (std::uint32_t e = 0; e < d; ++e) numbers[e] = codeword[e] * kFiner[v];
      round_keeping_sum(numbers, d, versions + v * elements + at);
      finest[k] = static_cast<std::uint8_t>(v);
    }
  }
  return grids;
}

void choose_versions(const WeightMatrix& weights, const std::uint8_t* finest,
                     std::uint8_t* row_versions) {
  const CodedWeights& coded = weights.codes;
  if (coded.high_bit_count == 0) {
    choose_versions(ByteCodes{coded.codes}, weights, finest, row_versions);
  } else {
    choose_versions(SplitCodes{coded.codes, coded.high_bits, coded.high_bit_count}, weights, finest,
                    row_versions);
  }
}

template <typename T>
void read_codes(const WeightMatrix& weights, const T* codebook, const WeightRange& range, T* out,
                std::size_t stride) {
  const CodedWeights& coded = weights.codes;
  if (coded.high_bit_count == 0) {
    copy_rows(ByteCodes{coded.codes}, weights, codebook, range, out, stride);
  } else {
    copy_rows(SplitCodes{coded.codes, coded.high_bits, coded.high_bit_count}, weights, codebook,
              range, out, stride);
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

void read_weights(const WeightMatrix& weights, const float* codebook, const WeightRange& range,
                  float* out, std::size_t stride) {
  if (weights.coded) {
    read_codes(weights, codebook, range, out, stride);
  } else {
    read_dense(weights, range, out, stride);
  }
}

template CodebookGrids quantize_codebook(const WeightMatrix&, std::int8_t*, std::uint8_t*);
template CodebookGrids quantize_codebook(const WeightMatrix&, std::int16_t*, std::uint8_t*);
template void read_codes(const WeightMatrix&, const float*, const WeightRange&, float*,
                         std::size_t);
template void read_codes(const WeightMatrix&, const std::int8_t*, const WeightRange&, std::int8_t*,
                         std::size_t);
template void read_codes(const WeightMatrix&, const std::int16_t*, const WeightRange&,
                         std::int16_t*, std::size_t);

}  // namespace bitdown::kernels

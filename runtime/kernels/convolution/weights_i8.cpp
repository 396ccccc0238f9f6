// SPDX-License-Identifier: MIT
#include "kernels/convolution/weights_i8.h"

#include <algorithm>
#include <cmath>

#include "aligned.h"
#include "kernels/convolution/blocking.h"

namespace bitdown::kernels {
namespace {

// Byte offsets of the parts of prepared weights.
struct Parts {
  std::uint64_t choices = 0;  // A byte a row.
  std::uint64_t finest = 0;   // A byte a codeword.
  std::uint64_t numbers = 0;  // Codebook versions, or dense rows.
  std::uint64_t row = 0;      // A dense row in float32, for the preparation.
  std::uint64_t total = 0;
};

Parts parts_of(const WeightMatrix& weights, std::size_t element) {
  Parts parts;
  if (weights.coded) {
    parts.choices = align_up(sizeof(CodebookGrids));
    parts.finest = parts.choices + weights.rows;
    parts.numbers = align_up(parts.finest + weights.codes.entries);
    parts.total = align_up(
        parts.numbers + std::uint64_t{weights.codebook_elements()} * element * kCodebookVersions +
        kCodewordSlack);
    return parts;
  }
  parts.numbers = align_up(std::uint64_t{weights.rows} * sizeof(float));
  parts.row = align_up(parts.numbers + std::uint64_t{weights.rows} * weights.columns);
  parts.total = align_up(parts.row + std::uint64_t{weights.columns} * sizeof(float));
  return parts;
}

template <typename T>
WeightsI8 prepare_codebook(const WeightMatrix& weights, const Parts& parts, std::byte* memory) {
  auto* const grids = reinterpret_cast<CodebookGrids*>(memory);
  auto* const choices = reinterpret_cast<std::uint8_t*>(memory + parts.choices);
  auto* const finest = reinterpret_cast<std::uint8_t*>(memory + parts.finest);
  auto* const versions = reinterpret_cast<T*>(memory + parts.numbers);
  *grids = quantize_codebook(weights, versions, finest);
  choose_versions(weights, finest, choices);
  return {grids->steps, choices, versions};
}

WeightsI8 prepare_dense(const WeightMatrix& weights, const Parts& parts, std::byte* memory) {
  auto* const steps = reinterpret_cast<float*>(memory);
  auto* const numbers = reinterpret_cast<std::int8_t*>(memory + parts.numbers);
  auto* const row = reinterpret_cast<float*>(memory + parts.row);
  std::int8_t* out = numbers;
  for (std::uint32_t r = 0; r < weights.rows; ++r, out += weights.columns) {
    read_dense(weights, {r, 1, 0, weights.columns}, row, weights.columns);
    float largest = 0.0f;
    for (std::uint32_t k = 0; k < weights.columns; ++k) {
      largest = std::max(largest, std::fabs(row[k]));
    }
    steps[r] = largest > 0.0f ? largest / 127.0f : 1.0f;
    for (std::uint32_t k = 0; k < weights.columns; ++k) {
      out[k] = static_cast<std::int8_t>(std::lrint(row[k] / steps[r]));
    }
  }
  return {steps, nullptr, numbers};
}

template <typename T>
void expand(const WeightMatrix& weights, const Int8Kernel& kernel, const WeightsI8& prepared,
            T* row) {
  const std::size_t stride = std::size_t{divide_up(weights.columns, kernel.word_k)} * kernel.word_k;
  for (std::uint32_t r = 0; r < weights.rows; ++r, row += stride) {
    read_weights_i8(weights, prepared, r, row);
  }
}

// The codebook that a row takes.
template <typename T>
const T* version(const WeightMatrix& weights, const WeightsI8& prepared, std::uint32_t row) {
  return static_cast<const T*>(prepared.numbers) +
         prepared.versions[row] * weights.codebook_elements();
}

}  // namespace

std::uint64_t weights_i8_bytes(const WeightMatrix& weights, const Int8Kernel& kernel) {
  return parts_of(weights, element_bytes(kernel)).total;
}

WeightsI8 prepare_weights_i8(const WeightMatrix& weights, const Int8Kernel& kernel,
                             std::byte* memory) {
  const Parts parts = parts_of(weights, element_bytes(kernel));
  if (!weights.coded) return prepare_dense(weights, parts, memory);
  return element_bytes(kernel) == 1 ? prepare_codebook<std::int8_t>(weights, parts, memory)
                                    : prepare_codebook<std::int16_t>(weights, parts, memory);
}

std::uint64_t expanded_i8_bytes(const WeightMatrix& weights, const Int8Kernel& kernel) {
  const std::uint64_t rows = divide_up(weights.rows, kernel.rows) * std::uint64_t{kernel.rows};
  return align_up(rows * divide_up(weights.columns, kernel.word_k) * kernel.word_bytes);
}

void expand_weights_i8(const WeightMatrix& weights, const Int8Kernel& kernel, WeightsI8& prepared,
                       std::byte* memory) {
  std::fill(memory, memory + expanded_i8_bytes(weights, kernel), std::byte{0});
  if (element_bytes(kernel) == 1) {
    expand(weights, kernel, prepared, reinterpret_cast<std::int8_t*>(memory));
  } else {
    expand(weights, kernel, prepared, reinterpret_cast<std::int16_t*>(memory));
  }
  prepared.rows = memory;
}

template <typename T>
void read_weights_i8(const WeightMatrix& weights, const WeightsI8& prepared, std::uint32_t row,
                     T* out) {
  if (weights.coded) {
    read_codes(weights, version<T>(weights, prepared, row), {row, 1, 0, weights.columns}, out,
               weights.columns);
  } else {
    const std::int8_t* const numbers =
        static_cast<const std::int8_t*>(prepared.numbers) + std::size_t{row} * weights.columns;
    std::copy(numbers, numbers + weights.columns, out);
  }
}

template <typename T>
void decode_row_i8(const WeightMatrix& weights, const WeightsI8& prepared, const Int8Kernel& kernel,
                   std::uint32_t row, T* out) {
  if (!weights.coded || weights.codes.high_bit_count != 0) {
    read_weights_i8(weights, prepared, row, out);
    return;
  }
  const std::uint32_t blocks = weights.columns / weights.codes.block_size;
  CodewordsArgs args;
  args.codes = weights.codes.codes + std::size_t{row} * blocks;
  args.count = blocks;
  args.codebook = reinterpret_cast<const std::byte*>(version<T>(weights, prepared, row));
  args.bytes = weights.codes.block_size * sizeof(T);
  args.out = reinterpret_cast<std::byte*>(out);
  kernel.copy_codewords(args);
}

template void read_weights_i8(const WeightMatrix&, const WeightsI8&, std::uint32_t, std::int8_t*);
template void read_weights_i8(const WeightMatrix&, const WeightsI8&, std::uint32_t, std::int16_t*);
template void decode_row_i8(const WeightMatrix&, const WeightsI8&, const Int8Kernel&, std::uint32_t,
                            std::int8_t*);
template void decode_row_i8(const WeightMatrix&, const WeightsI8&, const Int8Kernel&, std::uint32_t,
                            std::int16_t*);

}  // namespace bitdown::kernels

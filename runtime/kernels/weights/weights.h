// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// A layer's (rows, columns) weight matrix as it lies in the blob, read a few rows and columns at a
/// time. rows = output channels, columns = input channels x kernel height x kernel width.
namespace bitdown::kernels {

/// W[o][b * d + e] = codebook[code(o, b)][e], code(o, b) at position o * (columns / d) + b
/// ("And the Bit Goes Down", section 3; layout: schema/model.fbs, CodedWeights).
struct CodedWeights {
  const std::uint8_t* codes = nullptr;      ///< Low 8 bits.
  const std::uint8_t* high_bits = nullptr;  ///< Packed high bits; null when high_bit_count is 0.
  std::uint32_t high_bit_count = 0;         ///< 0 to 8.
  const std::uint16_t* codebook = nullptr;  ///< (entries, block_size) float16 bits.
  std::uint32_t entries = 0;                ///< Every code is below this.
  std::uint32_t block_size = 1;             ///< d, at most kMaxBlockSize.
};

constexpr std::uint32_t kMaxBlockSize = 256;  ///< As schema/model.fbs, Codebook.

struct DenseWeights {
  const void* values = nullptr;  ///< (rows, columns) of float, or float16 bits if `half`.
  bool half = false;
};

struct WeightMatrix {
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  bool coded = false;  ///< Which of the two below holds.
  CodedWeights codes;
  DenseWeights dense;

  /// Column ranges start and end at multiples of this.
  std::uint32_t granule() const { return coded ? codes.block_size : 1; }
  /// Floats that expand_codebook() writes.
  std::size_t codebook_elements() const {
    return coded ? std::size_t{codes.entries} * codes.block_size : 0;
  }
};

/// A rectangle of the matrix; columns in multiples of granule().
struct WeightRange {
  std::uint32_t row = 0;
  std::uint32_t rows = 0;
  std::uint32_t column = 0;
  std::uint32_t columns = 0;
};

/// The codebook in float32: (entries, block_size) into `codebook`. Small (16 to 36 KB for K = 256),
/// so that looking codes up in it stays in cache.
void expand_codebook(const WeightMatrix& weights, float* codebook);

/// Versions of a codebook on symmetric integer grids, each finer than the one before by sqrt(2).
constexpr std::uint32_t kCodebookVersions = 6;

struct CodebookGrids {
  float steps[kCodebookVersions];  ///< The first has every codeword; 1 for all zeros.
};

/// Writes kCodebookVersions codebooks behind one another into `versions`: a number is near
/// value / step in [-127, 127], rounded codeword by codeword (rounding.h), and codewords stay
/// within reach (reach.h). The first version has every codeword; a codeword that goes beyond is
/// missing from the others, undefined, and finest[code] (`entries` of them) is the last version
/// that has it. T: std::int8_t or std::int16_t, the same numbers. The same bits on every machine.
template <typename T>
CodebookGrids quantize_codebook(const WeightMatrix& weights, T* versions, std::uint8_t* finest);

/// row_versions[o]: the last version that has every codeword of row o; `finest` as above.
void choose_versions(const WeightMatrix& weights, const std::uint8_t* finest,
                     std::uint8_t* row_versions);

/// Writes the range of coded weights into `out`, `stride` elements from row to row; `codebook` as
/// one of the above made it. T: float, std::int8_t or std::int16_t.
template <typename T>
void read_codes(const WeightMatrix& weights, const T* codebook, const WeightRange& range, T* out,
                std::size_t stride);

/// Writes the range of dense weights into `out` as float32, `stride` floats from row to row.
void read_dense(const WeightMatrix& weights, const WeightRange& range, float* out,
                std::size_t stride);

/// Whichever of the two fits; `codebook` is unused for dense weights.
void read_weights(const WeightMatrix& weights, const float* codebook, const WeightRange& range,
                  float* out, std::size_t stride);

}  // namespace bitdown::kernels

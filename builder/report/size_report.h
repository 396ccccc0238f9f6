// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model_generated.h"

namespace bitdown::builder {

/// One operator with weights.
struct LayerSize {
  std::string name;
  std::vector<std::uint32_t>
      shape;                       ///< Of the weights: (out, in, kernel_h, kernel_w) or (out, in).
  std::uint32_t entries = 0;       ///< K; 0 for a dense layer.
  std::uint32_t block_size = 0;    ///< d; 0 for a dense layer.
  double bits_per_weight = 0;      ///< Stored codes and codebook, or dense numbers, per weight.
  std::uint64_t bytes_stored = 0;  ///< Of all its vectors: weights, codebook, scale, shift, bias.
};

/// Bytes by what they hold. By the paper's accounting codes may cost fractions of a byte.
struct SizeBreakdown {
  double codes = 0;
  double codebooks = 0;
  double other = 0;  ///< Dense weights, scales, shifts, biases.

  double total() const { return codes + codebooks + other; }
};

struct SizeReport {
  std::vector<LayerSize> layers;  ///< In execution order.
  /// log2(K) bits a code, two bytes a number of a codebook, four bytes any other number: what "And
  /// the Bit Goes Down" reports, whose MB are 2^20 bytes.
  SizeBreakdown paper;
  /// The same parts as they are in the blob.
  SizeBreakdown stored;
  std::uint64_t bytes_file = 0;  ///< With graph, labels and padding.
};

/// Measures a checked model in a blob of `bytes_file` bytes. A codebook that several layers share
/// is counted once, at the first.
SizeReport size_report(const schema::Model& model, std::uint64_t bytes_file);

}  // namespace bitdown::builder

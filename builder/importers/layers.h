// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "importers/dialect.h"

namespace bitdown::builder {

/// What several dialects share.

/// LAYER.weight, (outputs, inputs, kernel, kernel) or (outputs, inputs), as a matrix.
DenseMatrix read_dense(StateDict& dict, const std::string& layer, const LayerShape& shape);

/// A codebook (K, d) that fits the layer: 1 <= K <= 65536, 1 <= d <= 256, d divides the columns,
/// all values within fp16. Returns the matrix without its codes.
CodedMatrix read_codebook(StateDict& dict, const std::string& key, const LayerShape& shape);

/// A batch-norm that was folded before it was saved: LAYER.weight is the scale, LAYER.bias the
/// shift.
ChannelAffine read_folded(StateDict& dict, const std::string& layer, std::uint32_t channels);

/// Batch-norm as training writes it: y = gamma (x - mean) / sqrt(variance + epsilon) + beta.
struct BatchNorm {
  std::vector<double> gamma;
  std::vector<double> beta;
  std::vector<double> mean;
  std::vector<double> variance;
  double epsilon = 1e-5;
};

/// The same as scale and shift. Throws Error(kInvalidData), beginning with `where`, for a negative
/// variance and for numbers that float32 cannot hold.
ChannelAffine fold(const BatchNorm& norm, const std::string& where);

/// Whether some key ends like this.
bool any_key_ends_with(const StateDict& dict, const std::string& suffix);

/// LAYER.bias, the usual key of a bias.
std::string plain_bias_key(const std::string& layer);

}  // namespace bitdown::builder

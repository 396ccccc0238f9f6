// SPDX-License-Identifier: MIT
#include "importers/layers.h"

#include <algorithm>
#include <cmath>

#include "importers/failure.h"
#include "importers/tensor.h"

namespace bitdown::builder {

DenseMatrix read_dense(StateDict& dict, const std::string& layer, const LayerShape& shape) {
  StateDict::Shape expected = {shape.outputs, shape.inputs};
  if (!shape.linear) expected.insert(expected.end(), {shape.kernel, shape.kernel});
  return {shape.outputs, shape.columns(), dict.floats(layer + ".weight", expected)};
}

CodedMatrix read_codebook(StateDict& dict, const std::string& key, const LayerShape& shape) {
  constexpr std::uint64_t kMaxEntries = 65536;
  constexpr std::uint64_t kMaxBlockSize = 256;
  constexpr float kLargestHalf = 65504.0f;
  const StateDict::Shape& found = dict.shape(key);
  if (found.size() != 2 || found[0] < 1 || found[0] > kMaxEntries || found[1] < 1 ||
      found[1] > kMaxBlockSize) {
    fail_invalid(in_quotes(key) + " has shape " + shape_text(found) +
                 ", which is no codebook of up to 65536 entries of up to 256 numbers");
  }
  CodedMatrix matrix;
  matrix.rows = shape.outputs;
  matrix.columns = shape.columns();
  matrix.block_size = static_cast<std::uint32_t>(found[1]);
  if (matrix.columns % matrix.block_size != 0) {
    fail_invalid(in_quotes(key) + " has blocks of " + std::to_string(matrix.block_size) +
                 ", which do not divide the layer's " + std::to_string(matrix.columns) +
                 " columns");
  }
  matrix.codebook = dict.floats(key, found);
  const auto too_large = [](float value) { return std::abs(value) > kLargestHalf; };
  if (std::any_of(matrix.codebook.begin(), matrix.codebook.end(), too_large)) {
    fail_invalid(in_quotes(key) + " has numbers beyond float16");
  }
  return matrix;
}

ChannelAffine read_folded(StateDict& dict, const std::string& layer, std::uint32_t channels) {
  return {dict.floats(layer + ".weight", {channels}), dict.floats(layer + ".bias", {channels})};
}

ChannelAffine fold(const BatchNorm& norm, const std::string& where) {
  ChannelAffine affine;
  for (std::size_t i = 0; i < norm.gamma.size(); ++i) {
    if (norm.variance[i] < 0.0) fail_invalid(where + " has a negative variance");
    const double scale = norm.gamma[i] / std::sqrt(norm.variance[i] + norm.epsilon);
    affine.scale.push_back(static_cast<float>(scale));
    affine.shift.push_back(static_cast<float>(norm.beta[i] - norm.mean[i] * scale));
    if (!std::isfinite(affine.scale.back()) || !std::isfinite(affine.shift.back())) {
      fail_invalid(where + " overflows");
    }
  }
  return affine;
}

bool any_key_ends_with(const StateDict& dict, const std::string& suffix) {
  const std::vector<std::string> keys = dict.keys();
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& key) { return key.ends_with(suffix); });
}

std::string plain_bias_key(const std::string& layer) {
  return layer + ".bias";
}

}  // namespace bitdown::builder

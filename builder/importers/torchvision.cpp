// SPDX-License-Identifier: MIT
#include "importers/torchvision.h"

#include <cmath>

#include "importers/failure.h"
#include "importers/layers.h"

namespace bitdown::builder {
namespace {

constexpr double kEpsilon = 1e-5;

Weights read_weights(StateDict& dict, const std::string& layer, const LayerShape& shape) {
  return read_dense(dict, layer, shape);
}

ChannelAffine read_batch_norm(StateDict& dict, const std::string& layer, std::uint32_t channels) {
  const std::vector<double> gamma = dict.doubles(layer + ".weight", {channels});
  const std::vector<double> beta = dict.doubles(layer + ".bias", {channels});
  const std::vector<double> mean = dict.doubles(layer + ".running_mean", {channels});
  const std::vector<double> variance = dict.doubles(layer + ".running_var", {channels});
  dict.ignore(layer + ".num_batches_tracked");
  ChannelAffine affine;
  for (std::size_t i = 0; i < channels; ++i) {
    if (variance[i] < 0.0) fail_invalid(in_quotes(layer + ".running_var") + " is negative");
    const double scale = gamma[i] / std::sqrt(variance[i] + kEpsilon);
    affine.scale.push_back(static_cast<float>(scale));
    affine.shift.push_back(static_cast<float>(beta[i] - mean[i] * scale));
    if (!std::isfinite(affine.scale.back()) || !std::isfinite(affine.shift.back())) {
      fail_invalid("batch-norm " + in_quotes(layer) + " overflows");
    }
  }
  return affine;
}

}  // namespace

const Dialect kTorchvision = {"torchvision",
                              [](const StateDict& dict) { return dict.has("bn1.running_mean"); },
                              read_weights, read_batch_norm, plain_bias_key};

}  // namespace bitdown::builder

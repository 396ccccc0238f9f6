// SPDX-License-Identifier: MIT
#include "importers/torchvision.h"

#include "importers/failure.h"
#include "importers/layers.h"

namespace bitdown::builder {
namespace {

Weights read_weights(StateDict& dict, const std::string& layer, const LayerShape& shape) {
  return read_dense(dict, layer, shape);
}

ChannelAffine read_batch_norm(StateDict& dict, const std::string& layer, std::uint32_t channels) {
  BatchNorm norm;
  norm.gamma = dict.doubles(layer + ".weight", {channels});
  norm.beta = dict.doubles(layer + ".bias", {channels});
  norm.mean = dict.doubles(layer + ".running_mean", {channels});
  norm.variance = dict.doubles(layer + ".running_var", {channels});
  dict.ignore(layer + ".num_batches_tracked");
  return fold(norm, "batch-norm " + in_quotes(layer));
}

}  // namespace

const Dialect kTorchvision = {"torchvision",
                              [](const StateDict& dict) { return dict.has("bn1.running_mean"); },
                              read_weights, read_batch_norm, plain_bias_key};

}  // namespace bitdown::builder

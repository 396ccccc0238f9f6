// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "importers/state_dict.h"

namespace bitdown::builder {

/// What a network's architecture says about one layer's weight matrix.
struct LayerShape {
  std::uint32_t outputs = 0;
  std::uint32_t inputs = 0;  ///< Channels.
  std::uint32_t kernel = 1;  ///< Square; 1 for a linear layer.
  bool linear = false;

  std::uint32_t columns() const { return inputs * kernel * kernel; }
};

/// Batch-norm at inference: y = x * scale + shift per channel.
struct ChannelAffine {
  std::vector<float> scale;
  std::vector<float> shift;
};

/// One way of writing the same layers into a checkpoint. Layers are named as in torchvision, e.g.
/// "layer1.0.conv1", "layer1.0.bn1". All functions throw Error(kInvalidData) naming the key that is
/// missing or does not fit.
struct Dialect {
  const char* name;  ///< Provenance::source_format.
  bool (*matches)(const StateDict& dict);
  Weights (*weights)(StateDict& dict, const std::string& layer, const LayerShape& shape);
  ChannelAffine (*batch_norm)(StateDict& dict, const std::string& layer, std::uint32_t channels);
  /// The key of a linear layer's bias.
  std::string (*bias_key)(const std::string& layer);
};

}  // namespace bitdown::builder

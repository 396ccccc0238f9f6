// SPDX-License-Identifier: MIT
#pragma once

#include <torch/torch.h>

#include <functional>
#include <map>

#include "finetune/network.h"

namespace bitdown::builder {

/// Mean and standard deviation per channel of each convolution's output, before residual and
/// activation.
struct Statistics {
  struct Channel {
    torch::Tensor mean;
    torch::Tensor deviation;
  };
  std::map<std::size_t, Channel> layers;  ///< By node.
};

/// Calls a function with batches of images, one after the other.
using EachBatch = std::function<void(const std::function<void(const torch::Tensor&)>&)>;

/// Of a network on some images.
Statistics measure_statistics(TorchNetwork& network, const Part& part, const EachBatch& each);

/// Gives each scaled convolution of `network` the scale and shift with which its output has
/// `wanted` mean and deviation: re-estimates batch-norms as training does, each layer seeing what
/// layers already corrected for the batch feed it, averaged over batches.
void match_statistics(TorchNetwork& network, const Part& part, const Statistics& wanted,
                      const EachBatch& each);

}  // namespace bitdown::builder

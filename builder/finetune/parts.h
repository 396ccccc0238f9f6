// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "finetune/network.h"

namespace bitdown::builder {

/// The whole network up to its logits: without a softmax at its end.
Part whole(const Graph& graph);

/// The same in parts, from cut to cut (quantize/cuts.h): residual blocks and what is around them.
std::vector<Part> blocks(const Graph& graph);

/// The layers of a part.
std::vector<TorchLayer*> layers_of(TorchNetwork& network, const Part& part);

}  // namespace bitdown::builder

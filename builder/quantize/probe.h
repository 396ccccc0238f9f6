// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "calibrate/calibrate.h"
#include "graph/graph.h"
#include "quantize/recipe.h"

namespace bitdown::builder {

/// Gives each layer of `recipe` the d and K with which the whole blob (dense numbers in fp16)
/// stays within `target_bytes` and what the layers do to the network's answers, each alone, sums up
/// to least (sensitivity.h, allocation.h). Every layer is coded roughly, on what the float network
/// feeds it, with the block sizes of both regimes and twice those, K = 64 and 256; the divergence
/// for other K follows the layer's error, whose logarithm is taken as linear in that of K. Layers
/// that `recipe.layers` names stay as they are. `done` hears the share of the work that is done,
/// and the layer's name. Throws Error: kInvalidData when the target is too small (the message says
/// for what it would be enough), and what quantize() throws.
Recipe fit_to_size(const Graph& graph, const Recipe& recipe, std::uint64_t target_bytes,
                   CalibrationInputs& inputs, unsigned jobs,
                   const std::function<void(double, const std::string&)>& done);

}  // namespace bitdown::builder

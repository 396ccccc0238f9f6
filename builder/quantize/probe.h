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
/// stays within `target_bytes` and the layers' errors sum up to least (allocation.h). Every layer
/// is coded roughly, on what the float network feeds it, with the block sizes of both regimes and
/// K = 256 and 1024; errors for K between and beyond follow from these two, the logarithm of the
/// error being taken as linear in that of K. Layers that `recipe.layers` names stay as they are.
/// `done` hears the share of the work that is done, and the layer's name. Throws Error:
/// kInvalidData when the target is too small (the message says for what it would be enough), and
/// what quantize() throws.
Recipe fit_to_size(const Graph& graph, const Recipe& recipe, std::uint64_t target_bytes,
                   CalibrationInputs& inputs, unsigned jobs,
                   const std::function<void(double, const std::string&)>& done);

}  // namespace bitdown::builder

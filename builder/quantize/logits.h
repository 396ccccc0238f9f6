// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "graph/graph.h"

namespace bitdown::builder {

/// The first output, or what comes before the softmax that makes it.
ValueId logits_of(const Graph& graph);

/// The logarithms of the classes' probabilities.
std::vector<double> log_softmax(std::span<const float> logits);

}  // namespace bitdown::builder

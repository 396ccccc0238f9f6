// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "graph/graph.h"

namespace bitdown::builder {

/// Where a value of a network is after a run.
using ValueOf = std::function<std::span<const float>(ValueId)>;

/// Receives (index of a convolution or linear layer, derivatives of its output before the residual
/// and the activation, (outputs, positions) row-major). The span ends with the call.
using LayerGradient = std::function<void(std::size_t, std::span<const float>)>;

/// Back-propagation through a network of dense weights: given the derivatives of a number with
/// respect to value `from`, calls `layer` with those with respect to each layer's answer, from the
/// last layer to the first. `value_of` gives what the same network computed for the same input, for
/// every node's output up to `from` and their inputs. Costs about as many multiply-adds as the run.
void propagate_back(const Graph& graph, ValueId from, std::span<const float> gradient,
                    const ValueOf& value_of, const LayerGradient& layer);

}  // namespace bitdown::builder

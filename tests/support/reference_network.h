// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "graph/graph.h"

namespace bitdown::tests {

/// The graph's outputs for one input (planar), by naive loops in double from the definitions in
/// graph/graph.h: the judge of whole sessions. Shares no code with the runtime.
std::vector<std::vector<double>> run_reference(const builder::Graph& graph,
                                               const std::vector<float>& input);

}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#pragma once

#include "graph/graph.h"
#include "writer/writer.h"

namespace bitdown::apps {

/// Gives `graph` a golden pair: the standard input (schema/standard_input.h) and what the network,
/// as it would be written with `precision`, answers in float32. It accepts twice the difference
/// that 8-bit execution makes, when the graph is calibrated. Throws Failure when the network does
/// not run.
void add_golden(builder::Graph& graph, builder::DensePrecision precision);

}  // namespace bitdown::apps

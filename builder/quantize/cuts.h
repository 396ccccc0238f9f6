// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "graph/graph.h"

namespace bitdown::builder {

/// A place between two nodes at which everything that follows depends on one value only, as between
/// the blocks of a ResNet. Networks can be run from it on.
struct Cut {
  std::size_t node = 0;  ///< The first node behind it.
  ValueId value = 0;
};

/// All cuts of a network with one input, in order; the first is the input itself, before node 0.
std::vector<Cut> find_cuts(const Graph& graph);

/// The last cut at or before `node`.
Cut cut_before(const std::vector<Cut>& cuts, std::size_t node);

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

#include "graph/graph.h"

namespace bitdown::tests {

/// The node of that name; throws if there is none.
inline const builder::Node& find_node(const builder::Graph& graph, const std::string& name) {
  const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(),
                                  [&](const builder::Node& node) { return node.name == name; });
  if (found == graph.nodes.end()) throw std::runtime_error("no node " + name);
  return *found;
}

inline const builder::Convolution& find_convolution(const builder::Graph& graph,
                                                    const std::string& name) {
  return std::get<builder::Convolution>(find_node(graph, name).op);
}

}  // namespace bitdown::tests

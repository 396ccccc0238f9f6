// SPDX-License-Identifier: MIT
#include "quantize/cuts.h"

#include <algorithm>

namespace bitdown::builder {

std::vector<Cut> find_cuts(const Graph& graph) {
  // The node behind which a value is no longer needed.
  std::vector<std::size_t> last_use(graph.values.size(), 0);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const ValueId input : graph.nodes[i].inputs) last_use[input] = i;
  }
  for (const ValueId output : graph.outputs) last_use[output] = graph.nodes.size();

  std::vector<Cut> cuts = {{0, graph.inputs.at(0)}};
  std::vector<ValueId> live = {graph.inputs.at(0)};
  for (std::size_t i = 0; i + 1 < graph.nodes.size(); ++i) {
    live.push_back(graph.nodes[i].output);
    std::erase_if(live, [&](ValueId value) { return last_use[value] <= i; });
    if (live.size() == 1) cuts.push_back({i + 1, live[0]});
  }
  return cuts;
}

Cut cut_before(const std::vector<Cut>& cuts, std::size_t node) {
  const auto after = std::upper_bound(cuts.begin(), cuts.end(), node,
                                      [](std::size_t n, const Cut& cut) { return n < cut.node; });
  return *(after - 1);
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "finetune/parts.h"

#include "quantize/cuts.h"

namespace bitdown::builder {

Part whole(const Graph& graph) {
  Part part{0, graph.nodes.size(), graph.inputs[0], graph.outputs[0]};
  const Node& last = graph.nodes.back();
  if (std::holds_alternative<Softmax>(last.op)) {
    --part.end;
    part.output = last.inputs[0];
  }
  return part;
}

std::vector<Part> blocks(const Graph& graph) {
  const Part all = whole(graph);
  std::vector<Part> parts;
  for (const Cut& cut : find_cuts(graph)) {
    if (cut.node >= all.end) break;
    if (!parts.empty()) {
      parts.back().end = cut.node;
      parts.back().output = cut.value;
    }
    parts.push_back({cut.node, all.end, cut.value, all.output});
  }
  return parts;
}

std::vector<TorchLayer*> layers_of(TorchNetwork& network, const Part& part) {
  std::vector<TorchLayer*> layers;
  for (std::size_t node = part.begin; node < part.end; ++node) {
    if (TorchLayer* layer = network.layer(node)) layers.push_back(layer);
  }
  return layers;
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "quantize/logits.h"

#include <algorithm>
#include <cmath>
#include <variant>

namespace bitdown::builder {

ValueId logits_of(const Graph& graph) {
  const ValueId output = graph.outputs[0];
  for (const Node& node : graph.nodes) {
    if (node.output == output && std::holds_alternative<Softmax>(node.op)) return node.inputs[0];
  }
  return output;
}

std::vector<double> log_softmax(std::span<const float> logits) {
  const auto most = static_cast<double>(*std::max_element(logits.begin(), logits.end()));
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - most);
  std::vector<double> logarithms;
  for (const float logit : logits) {
    logarithms.push_back(static_cast<double>(logit) - most - std::log(sum));
  }
  return logarithms;
}

}  // namespace bitdown::builder

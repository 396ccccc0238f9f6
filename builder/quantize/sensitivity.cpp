// SPDX-License-Identifier: MIT
#include "quantize/sensitivity.h"

#include <algorithm>
#include <cmath>

#include "quantize/logits.h"
#include "quantize/segment.h"
#include "workers/workers.h"

namespace bitdown::builder {
namespace {

// Each layer costs a run of the network on all of them.
constexpr std::size_t kImages = 64;

}  // namespace

Sensitivity::Sensitivity(const Graph& graph, const Images& images, unsigned jobs)
    : graph_(graph), images_(images), jobs_(jobs), float_answers_(answers(graph)) {}

double Sensitivity::divergence_with(std::size_t node, const CodedLayer& coded) const {
  Graph changed = graph_;
  write_layer(coded, changed.nodes[node]);
  const Answers own = answers(changed);
  double sum = 0;
  for (std::size_t image = 0; image < own.size(); ++image) {
    for (std::size_t i = 0; i < own[image].size(); ++i) {
      const double wanted = float_answers_[image][i];
      sum += std::exp(wanted) * (wanted - own[image][i]);
    }
  }
  return sum / static_cast<double>(std::max<std::size_t>(1, own.size()));
}

Sensitivity::Answers Sensitivity::answers(const Graph& graph) const {
  const std::size_t elements = graph.values[graph.inputs[0]].elements();
  Segment network(graph, graph.nodes, graph.inputs[0], {logits_of(graph)},
                  DensePrecision::kFloat32);
  Answers all(std::min(images_.count(), kImages));
  in_parallel(all.size(), jobs_, [&](std::size_t image) {
    std::vector<float> input(elements);
    images_.unpack(image, false, input);
    const Segment::Loan run(network);
    run->run(input);
    all[image] = log_softmax(run->value(0));
  });
  return all;
}

}  // namespace bitdown::builder

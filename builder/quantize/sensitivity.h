// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

#include "graph/graph.h"
#include "quantize/images.h"
#include "quantize/layer.h"

namespace bitdown::builder {

/// What coding one layer does to a network's answers.
class Sensitivity {
 public:
  /// Runs the float network `graph`, which like `images` must outlive it, on the first photographs.
  Sensitivity(const Graph& graph, const Images& images, unsigned jobs);

  /// The mean KL divergence of the classes' distribution from the float network's when node `node`
  /// alone is `coded`; the first output is taken for logits unless a softmax makes it. Does not
  /// depend on the number of jobs.
  double divergence_with(std::size_t node, const CodedLayer& coded) const;

 private:
  using Answers = std::vector<std::vector<double>>;  // Logarithms of probabilities, by image.

  Answers answers(const Graph& graph) const;

  const Graph& graph_;
  const Images& images_;
  const unsigned jobs_;
  const Answers float_answers_;
};

}  // namespace bitdown::builder

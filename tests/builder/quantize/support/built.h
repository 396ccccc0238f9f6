// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "builder/quantize/support/noise.h"
#include "quantize/quantize.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace bitdown::tests {

/// A recipe that is quick on tiny networks.
inline builder::Recipe quick_recipe() {
  builder::Recipe recipe;
  recipe.rows = 2000;
  recipe.held_rows = 200;
  recipe.rounds = 2;
  recipe.kmeans_iterations = 5;
  return recipe;
}

inline std::vector<std::byte> built(const builder::Recipe& recipe, unsigned jobs,
                                    builder::FinishedLayers finished = {},
                                    const builder::QuantizeHooks& hooks = {}) {
  builder::Graph graph = tiny_network({.dense = true});
  Noise noise(40, {3, 17});
  builder::quantize(graph, recipe, noise, jobs, finished, hooks);
  return builder::write_blob(graph, builder::DensePrecision::kFloat16);
}

}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "calibrate/calibrate.h"
#include "graph/graph.h"
#include "quantize/recipe.h"
#include "quantize/result.h"
#include "quantize/schedule.h"

namespace bitdown::builder {

/// What is known of a run, for progress and reports.
struct LayerProgress {
  std::size_t index = 0;  ///< Of the layer among those to quantize.
  std::size_t count = 0;
  double done = 0;  ///< Share of the work that is done with this layer, in (0, 1].
  const std::string& name;
  const LayerPlan& plan;
  const LayerResult& result;
  bool restored = false;  ///< From an earlier run.
};

/// Finished layers by node, kept across runs.
using FinishedLayers = std::map<std::size_t, LayerResult>;

struct QuantizeHooks {
  /// After each layer.
  std::function<void(const LayerProgress&)> finished = [](const LayerProgress&) {};
};

/// Quantizes the layers of `graph` (schedule.h), whose weights are dense, on photographs, without
/// labels: each layer in the order of execution, on what the layers before it, already quantized,
/// feed it. `finished` holds layers that an earlier, interrupted run with the same arguments has
/// done, and receives the new ones. Returns the number of photographs used. The result depends on
/// the recipe (and its seed) and the photographs, not on `jobs`. Throws Error: kUnsupported
/// (several inputs, no layer to quantize), kInvalidData (weights that are not finite; too few
/// photographs: the message says how many the largest layer needs) and what running the network
/// throws.
std::size_t quantize(Graph& graph, const Recipe& recipe, CalibrationInputs& inputs, unsigned jobs,
                     FinishedLayers& finished, const QuantizeHooks& hooks);

/// The fewest photographs with which `quantize` works, and the layer that needs them.
struct Need {
  std::size_t images = 0;
  std::string layer;
};
Need needed_images(const Graph& graph, const Recipe& recipe);

}  // namespace bitdown::builder

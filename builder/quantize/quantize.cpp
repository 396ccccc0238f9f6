// SPDX-License-Identifier: MIT
#include "quantize/quantize.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "error.h"
#include "quantize/images.h"
#include "quantize/layer_quantizer.h"
#include "quantize/layer_walk.h"
#include "quantize/output_metric.h"
#include "quantize/positions.h"
#include "quantize/schedule.h"

namespace bitdown::builder {
namespace {

// A row of im2col for every kColumnsPerRow columns: with less, the covariance says little.
constexpr std::size_t kColumnsPerRow = 8;

void check_finite(const Node& node) {
  const Layer layer = read_layer(node);
  const auto finite = [](float value) { return std::isfinite(value); };
  if (!std::all_of(layer.weights.values.begin(), layer.weights.values.end(), finite)) {
    throw Error(StatusCode::kInvalidData,
                "layer '" + node.name + "': has weights that are not finite");
  }
}

// Rough multiply-adds, to tell how much of the work is done.
double cost_of(const Graph& graph, const LayerPlan& plan, const Recipe& recipe,
               std::size_t images) {
  const Window window = window_of(graph, graph.nodes[plan.node]);
  const auto columns = static_cast<double>(window.columns());
  const double outputs = graph.values[graph.nodes[plan.node].output].shape[0];
  const double rows = std::min(static_cast<double>(recipe.rows),
                               static_cast<double>(window.positions() * images * recipe.views));
  const double forward = 4 * static_cast<double>(images * window.positions()) * columns * outputs;
  const double across = recipe.coupling ? outputs + columns : columns;
  const double search = recipe.rounds * (recipe.cg_iterations + 2.0) * outputs * columns * across;
  const double distances =
      (recipe.rounds + recipe.kmeans_iterations) * 2.0 * outputs * columns * plan.entries;
  return forward + rows * columns * columns / 2 + search + distances;
}

class Quantizer {
 public:
  Quantizer(Graph& graph, const Recipe& recipe, const Images& images, unsigned jobs)
      : student_(graph),
        teacher_(graph),
        recipe_(recipe),
        images_(images),
        jobs_(jobs),
        walk_(teacher_, recipe.sequential ? student_ : teacher_, recipe, images, jobs) {}

  void run(FinishedLayers& finished, const QuantizeHooks& hooks) {
    const std::vector<LayerPlan> plans = schedule(teacher_, recipe_);
    double total = 0;
    for (const LayerPlan& plan : plans) total += cost(plan);
    double done = 0;
    for (std::size_t i = 0; i < plans.size(); ++i) {
      const LayerPlan& plan = plans[i];
      walk_.enter(plan);  // Layers that are restored, too: they may bring the mirrored images.
      const bool restored = finished.contains(plan.node);
      if (!restored) {
        finished[plan.node] = quantize_layer(read_layer(teacher_.nodes[plan.node]),
                                             measure(plan, plans), plan, recipe_, jobs_);
      }
      const LayerResult& result = finished[plan.node];
      write_layer(result.layer, student_.nodes[plan.node]);
      done += cost(plan);
      hooks.finished(
          {i, plans.size(), done / total, teacher_.nodes[plan.node].name, plan, result, restored});
    }
  }

 private:
  double cost(const LayerPlan& plan) const {
    return cost_of(teacher_, plan, recipe_, images_.count());
  }

  Measured measure(const LayerPlan& plan, const std::vector<LayerPlan>& plans) {
    Measured measured = walk_.measure(plan);
    if (recipe_.method != Method::kCovariance || !recipe_.coupling) return measured;
    if (metrics_.empty()) {
      metrics_ = output_metrics(teacher_, plans, images_, recipe_, jobs_);
    }
    measured.output_metric = std::move(metrics_[plan.node]);
    return measured;
  }

  Graph& student_;
  const Graph teacher_;
  const Recipe& recipe_;
  const Images& images_;
  const unsigned jobs_;
  LayerWalk walk_;
  OutputMetrics metrics_;  // Of the layers to come, once one is needed.
};

}  // namespace

Need needed_images(const Graph& graph, const Recipe& recipe) {
  Need need;
  for (const LayerPlan& plan : schedule(graph, recipe)) {
    const Node& node = graph.nodes[plan.node];
    const Window window = window_of(graph, node);
    const std::size_t rows = (window.columns() + kColumnsPerRow - 1) / kColumnsPerRow;
    const std::size_t images = (rows + window.positions() - 1) / window.positions();
    if (images > need.images) need = {images, node.name};
  }
  return need;
}

std::size_t quantize(Graph& graph, const Recipe& recipe, CalibrationInputs& inputs, unsigned jobs,
                     FinishedLayers& finished, const QuantizeHooks& hooks) {
  if (graph.inputs.size() != 1) {
    throw Error(StatusCode::kUnsupported, "inputs: only networks with one can be quantized");
  }
  const std::vector<LayerPlan> plans = schedule(graph, recipe);
  if (plans.empty()) {
    throw Error(StatusCode::kUnsupported, "the network has no layer to quantize");
  }
  for (const LayerPlan& plan : plans) check_finite(graph.nodes[plan.node]);
  const Images images(inputs, graph.values[graph.inputs[0]].shape, jobs);
  const Need need = needed_images(graph, recipe);
  if (images.count() < need.images) {
    throw TooFewImages("too few images: " + std::to_string(images.count()) + ", but layer '" +
                       need.layer + "' needs " + std::to_string(need.images));
  }
  Quantizer(graph, recipe, images, jobs).run(finished, hooks);
  return images.count();
}

}  // namespace bitdown::builder

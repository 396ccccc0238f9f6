// SPDX-License-Identifier: MIT
#include "quantize/quantize.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "error.h"
#include "quantize/cuts.h"
#include "quantize/features.h"
#include "quantize/images.h"
#include "quantize/layer_quantizer.h"
#include "quantize/moments.h"
#include "quantize/positions.h"
#include "quantize/schedule.h"

namespace bitdown::builder {
namespace {

// A row of im2col for every kColumnsPerRow columns: with less, the covariance says little.
constexpr std::size_t kColumnsPerRow = 8;

std::size_t elements_of(const Value& value) {
  std::size_t product = 1;
  for (const std::uint32_t dimension : value.shape) product *= dimension;
  return product;
}

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
  const double search = recipe.rounds * (recipe.cg_iterations + 2.0) * outputs * columns * columns;
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
        cuts_(find_cuts(graph)) {}

  void run(FinishedLayers& finished, const QuantizeHooks& hooks) {
    const std::vector<LayerPlan> plans = schedule(teacher_, recipe_);
    double total = 0;
    for (const LayerPlan& plan : plans) total += cost(plan);
    add_view();
    double done = 0;
    for (std::size_t i = 0; i < plans.size(); ++i) {
      const LayerPlan& plan = plans[i];
      // Decided also by layers that are restored: they would have brought the mirrored images.
      mirrored_ |= recipe_.views > 1 && scarce(plan) && mirrored_fit(plan);
      const bool restored = finished.contains(plan.node);
      if (!restored) finished[plan.node] = quantize_one(plan);
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

  LayerResult quantize_one(const LayerPlan& plan) {
    const Cut cut = cut_before(cuts_, plan.node);
    for (Features& features : views_) advance(features, at_, cut.node);
    at_ = cut.node;
    if (mirrored_ && views_.size() == 1) add_view();

    Measurement measurement{teacher_, student_};
    measurement.node = plan.node;
    measurement.first_node = cut.node;
    measurement.cut = cut.value;
    measurement.rows = recipe_.rows;
    measurement.held_rows = recipe_.held_rows;
    measurement.seed = recipe_.seed;
    measurement.jobs = jobs_;
    const Measured measured = measure(measurement, views_);
    return quantize_layer(read_layer(teacher_.nodes[plan.node]), measured, plan, recipe_, jobs_);
  }

  // Whether the images as they are have fewer rows than wanted.
  bool scarce(const LayerPlan& plan) const {
    const Window window = window_of(teacher_, teacher_.nodes[plan.node]);
    return window.positions() * images_.count() < recipe_.rows;
  }

  // Whether features at the layer's cut, and at all behind it, fit with the mirrored images.
  bool mirrored_fit(const LayerPlan& plan) const {
    const Cut cut = cut_before(cuts_, plan.node);
    std::uint64_t most = 0;
    for (const Cut& later : cuts_) {
      if (later.node < cut.node) continue;
      most = std::max<std::uint64_t>(most, elements_of(teacher_.values[later.value]));
    }
    return most * images_.count() * 2 * 2 * 2 <= recipe_.feature_bytes;
  }

  // Features of the images as they are, then mirrored, at the present cut.
  void add_view() {
    Features features(images_, !views_.empty(), elements_of(teacher_.values[cuts_[0].value]),
                      jobs_);
    advance(features, 0, at_);
    views_.push_back(std::move(features));
  }

  // From the cut before node `from` through all cuts to that before node `to`.
  void advance(Features& features, std::size_t from, std::size_t to) {
    for (std::size_t i = 0; i + 1 < cuts_.size(); ++i) {
      const Cut& cut = cuts_[i];
      const Cut& next = cuts_[i + 1];
      if (cut.node < from || next.node > to) continue;
      Segment student = between(student_, cut, next, DensePrecision::kFloat16);
      Segment teacher = between(teacher_, cut, next, DensePrecision::kFloat32);
      features.advance(student, teacher, elements_of(teacher_.values[next.value]), jobs_);
    }
  }

  static Segment between(const Graph& graph, const Cut& from, const Cut& to,
                         DensePrecision precision) {
    return Segment(graph,
                   {graph.nodes.begin() + static_cast<std::ptrdiff_t>(from.node),
                    graph.nodes.begin() + static_cast<std::ptrdiff_t>(to.node)},
                   from.value, {to.value}, precision);
  }

  Graph& student_;
  const Graph teacher_;
  const Recipe& recipe_;
  const Images& images_;
  const unsigned jobs_;
  const std::vector<Cut> cuts_;
  std::size_t at_ = 0;  // The node behind the cut where the views are.
  bool mirrored_ = false;
  std::vector<Features> views_;  // Of the images as they are and, when mirrored_, mirrored.
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
    throw Error(StatusCode::kInvalidData, "too few images: " + std::to_string(images.count()) +
                                              ", but layer '" + need.layer + "' needs " +
                                              std::to_string(need.images));
  }
  Quantizer(graph, recipe, images, jobs).run(finished, hooks);
  return images.count();
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "quantize/probe.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <vector>

#include "error.h"
#include "quantize/allocation.h"
#include "quantize/images.h"
#include "quantize/layer_quantizer.h"
#include "quantize/layer_walk.h"
#include "quantize/schedule.h"
#include "quantize/sensitivity.h"
#include "schema/check.h"
#include "writer/writer.h"

namespace bitdown::builder {
namespace {

constexpr std::uint32_t kProbed = 256;  // And a quarter of it.
constexpr std::uint32_t kOffered[] = {64, 128, 256, 512, 1024, 2048};
constexpr unsigned kIterations = 6;
constexpr double kLeastError = 1e-9;
// What a coded layer takes beyond its codes and codebook: tables and alignment.
constexpr std::uint64_t kOverhead = 256;

// The same search, without the parts that take long.
Recipe rough(Recipe recipe) {
  recipe.rounds = 0;
  recipe.kmeans_iterations = kIterations;
  recipe.regression = false;  // The float network has lost nothing.
  recipe.rows = std::min<std::size_t>(recipe.rows, 20'000);
  return recipe;
}

// The divergence that a layer causes by K: as its error, whose logarithm is linear in that of K.
struct Curve {
  double entries;  ///< A point of it,
  double divergence;
  double slope;  ///< and d log error / d log K there.

  double at(std::uint32_t other) const { return divergence * std::pow(other / entries, slope); }
};

// From the small regime's to twice the large one's.
std::set<std::uint32_t> block_sizes(const Graph& graph, std::size_t node, std::uint64_t columns) {
  std::set<std::uint32_t> sizes;
  for (const Regime regime : {Regime::kSmall, Regime::kLarge}) {
    Recipe recipe;
    recipe.regime = regime;
    for (const LayerPlan& plan : schedule(graph, recipe)) {
      if (plan.node != node) continue;
      sizes.insert(plan.block_size);
      const std::uint32_t twice = 2 * plan.block_size;
      if (columns % twice == 0 && twice <= schema::Limits::kBlockSize) sizes.insert(twice);
    }
  }
  return sizes;
}

// What there is to choose from, not yet weighed; one choice where the user has made it.
std::vector<Choice> offers(const Graph& graph, const Recipe& recipe, const LayerPlan& plan) {
  const Node& node = graph.nodes[plan.node];
  const Layer layer = read_layer(node);
  const std::uint64_t weights = layer.weights.values.size();
  const auto choice = [&](std::uint32_t block_size, std::uint32_t entries) {
    return Choice{block_size, entries, coded_bytes(weights, block_size, entries), 0};
  };
  if (recipe.layers.contains(node.name)) return {choice(plan.block_size, plan.entries)};
  std::vector<Choice> choices;
  for (const std::uint32_t block_size : block_sizes(graph, plan.node, layer.weights.columns)) {
    for (const std::uint32_t offered : kOffered) {
      const std::uint32_t most = largest_entries(weights / block_size);
      choices.push_back(choice(block_size, std::min(offered, most)));
    }
  }
  return choices;
}

class Probe {
 public:
  Probe(const Graph& graph, const Recipe& recipe, const Images& images, unsigned jobs)
      : graph_(graph),
        recipe_(rough(recipe)),
        jobs_(jobs),
        walk_(graph, graph, recipe_, images, jobs),
        sensitivity_(graph, images, jobs) {}

  /// Fills in the errors of a layer's choices.
  void weigh(LayerPlan plan, std::vector<Choice>& choices) {
    walk_.enter(plan);
    if (choices.size() == 1) return;
    const Measured measured = walk_.measure(plan);
    const Layer layer = read_layer(graph_.nodes[plan.node]);
    Curve curve{};
    plan.block_size = 0;
    for (Choice& choice : choices) {
      if (choice.block_size != plan.block_size) {
        plan.block_size = choice.block_size;
        curve = probe(layer, measured, plan);
      }
      choice.error = curve.at(choice.entries);
    }
  }

 private:
  // What the layer's error does to the network's answers.
  Curve probe(const Layer& layer, const Measured& measured, LayerPlan plan) const {
    const std::uint32_t most = largest_entries(layer.weights.values.size() / plan.block_size);
    const auto quantized = [&](std::uint32_t entries) {
      plan.entries = entries;
      return quantize_layer(layer, measured, plan, recipe_, jobs_);
    };
    const std::uint32_t high = std::min(kProbed, most);
    const std::uint32_t low = std::max(high / 4, 1u);
    const LayerResult fine = quantized(high);
    const double divergence = sensitivity_.divergence_with(plan.node, fine.layer);
    Curve curve{static_cast<double>(high), std::max(divergence, kLeastError), 0};
    if (low < high) {
      const double error = std::max(fine.held_out, kLeastError);
      const double coarse_error = std::max(quantized(low).held_out, kLeastError);
      curve.slope = std::log(error / coarse_error) / std::log(static_cast<double>(high) / low);
    }
    return curve;
  }

  const Graph& graph_;
  const Recipe recipe_;
  const unsigned jobs_;
  LayerWalk walk_;
  const Sensitivity sensitivity_;
};

// Of everything but the codes and codebooks of the planned layers.
std::uint64_t other_bytes(const Graph& graph, const std::vector<LayerPlan>& plans) {
  std::uint64_t bytes = write_blob(graph, DensePrecision::kFloat16).size();
  for (const LayerPlan& plan : plans) {
    bytes -= 2 * read_layer(graph.nodes[plan.node]).weights.values.size();
    bytes += kOverhead;
  }
  return bytes;
}

std::string megabytes(std::uint64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f MB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

}  // namespace

Recipe fit_to_size(const Graph& graph, const Recipe& recipe, std::uint64_t target_bytes,
                   CalibrationInputs& inputs, unsigned jobs,
                   const std::function<void(double, const std::string&)>& done) {
  const std::vector<LayerPlan> plans = schedule(graph, recipe);
  std::vector<std::vector<Choice>> choices;
  const std::uint64_t other = other_bytes(graph, plans);
  std::uint64_t least = other;
  for (const LayerPlan& plan : plans) {
    choices.push_back(offers(graph, recipe, plan));
    least += std::min_element(choices.back().begin(), choices.back().end(),
                              [](const Choice& a, const Choice& b) { return a.bytes < b.bytes; })
                 ->bytes;
  }
  if (target_bytes < least) {
    throw Error(StatusCode::kInvalidData, "a blob of " + megabytes(target_bytes) +
                                              " is too small; " + megabytes(least) +
                                              " would be enough");
  }
  const Images images(inputs, graph.values[graph.inputs[0]].shape, jobs);
  Probe probe(graph, recipe, images, jobs);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    probe.weigh(plans[i], choices[i]);
    done(static_cast<double>(i + 1) / static_cast<double>(plans.size()),
         graph.nodes[plans[i].node].name);
  }
  const auto chosen = allocate(choices, target_bytes - other);
  Recipe fitted = recipe;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Choice& choice = choices[i][(*chosen)[i]];
    fitted.layers[graph.nodes[plans[i].node].name] = {choice.block_size, choice.entries, false};
  }
  return fitted;
}

}  // namespace bitdown::builder

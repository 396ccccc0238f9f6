// SPDX-License-Identifier: MIT
#include "quantize/output_metric.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "quantize/backward.h"
#include "quantize/linear_algebra.h"
#include "quantize/logits.h"
#include "quantize/moments.h"
#include "quantize/positions.h"
#include "quantize/random.h"
#include "quantize/segment.h"
#include "workers/workers.h"

namespace bitdown::builder {
namespace {

constexpr std::size_t kBatch = 16;  // Photographs whose gradients are kept at a time.
constexpr std::size_t kPositions = 64;

// With covariance diag p - p p': sqrt(p) xi - p (sqrt(p)' xi) for random signs xi. Labels drawn
// from p would do, but where the network is sure they hardly ever say anything.
std::vector<float> random_gradient(std::span<const float> logits, Random& random) {
  const std::vector<double> logarithms = log_softmax(logits);
  std::vector<double> signs;
  double common = 0;
  for (const double logarithm : logarithms) {
    signs.push_back(random.below(2) == 0 ? std::exp(logarithm / 2) : -std::exp(logarithm / 2));
    common += signs.back();
  }
  std::vector<float> gradient;
  for (std::size_t i = 0; i < signs.size(); ++i) {
    gradient.push_back(static_cast<float>(signs[i] - std::exp(logarithms[i]) * common));
  }
  return gradient;
}

// Each node's output up to the logits, and the input.
std::vector<ValueId> values_before(const Graph& graph, ValueId logits) {
  std::vector<ValueId> values = {graph.inputs[0]};
  for (const Node& node : graph.nodes) {
    values.push_back(node.output);
    if (node.output == logits) break;
  }
  return values;
}

// A layer whose gradients are collected.
struct Collected {
  std::size_t positions = 0;
  std::size_t drawn = 0;  // Of them.
  Matrix rows;            // (photographs x drawn, outputs).
  Matrix sums;            // (photographs, outputs): over all positions.
  Matrix apart;           // rows' rows.
  Matrix together;        // sums' sums.
};

// to += share matrix / the mean of its diagonal.
void add_normalized(const Matrix& matrix, double share, Matrix& to) {
  const double mean = mean_diagonal(matrix);
  if (!(mean > 0)) return;
  const auto factor = static_cast<float>(share / mean);
  for (std::size_t i = 0; i < to.values.size(); ++i) to.values[i] += factor * matrix.values[i];
}

class Collector {
 public:
  Collector(const Graph& graph, const std::vector<LayerPlan>& plans, const Images& images,
            const Recipe& recipe, unsigned jobs)
      : graph_(graph),
        images_(images),
        recipe_(recipe),
        jobs_(jobs),
        logits_(logits_of(graph)),
        values_(values_before(graph, logits_)),
        network_(graph, graph.nodes, graph.inputs[0], values_, DensePrecision::kFloat32),
        index_(graph.values.size()) {
    for (std::size_t i = 0; i < values_.size(); ++i) index_[values_[i]] = i;
    for (const LayerPlan& plan : plans) {
      const Node& node = graph.nodes[plan.node];
      Collected& layer = layers_[plan.node];
      layer.positions = window_of(graph, node).positions();
      layer.drawn = std::min(kPositions, layer.positions);
      const std::size_t outputs = graph.values[node.output].shape[0];
      layer.rows = Matrix(kBatch * layer.drawn, outputs);
      layer.sums = Matrix(kBatch, outputs);
      layer.apart = Matrix(outputs, outputs);
      layer.together = Matrix(outputs, outputs);
    }
  }

  OutputMetrics collect() {
    std::vector<std::size_t> used;
    for (std::size_t image = 0; image < images_.count(); ++image) {
      if (image % kHoldOut != kHoldOut - 1) used.push_back(image);
    }
    for (std::size_t first = 0; first < used.size(); first += kBatch) {
      const std::size_t count = std::min(kBatch, used.size() - first);
      in_parallel(count, jobs_, [&](std::size_t i) { differentiate(used[first + i], i); });
      for (auto& [node, layer] : layers_) {
        add_gram(layer.rows, count * layer.drawn, layer.apart, jobs_);
        add_gram(layer.sums, count, layer.together, jobs_);
      }
    }
    OutputMetrics metrics;
    for (auto& [node, layer] : layers_) {
      mirror(layer.apart);
      mirror(layer.together);
      Matrix metric(layer.apart.rows, layer.apart.rows);
      add_normalized(layer.apart, 1 - recipe_.together, metric);
      add_normalized(layer.together, recipe_.together, metric);
      metrics[node] = std::move(metric);
    }
    return metrics;
  }

 private:
  // Collects the gradients of one photograph as number `place` of the batch.
  void differentiate(std::size_t image, std::size_t place) {
    std::vector<float> input(graph_.values[graph_.inputs[0]].elements());
    images_.unpack(image, false, input);
    const Segment::Loan run(network_);
    run->run(input);
    const ValueOf value_of = [&](ValueId value) { return run->value(index_[value]); };
    Random random(recipe_.seed + 2, image);
    propagate_back(graph_, logits_, random_gradient(value_of(logits_), random), value_of,
                   [&](std::size_t node, std::span<const float> gradient) {
                     const auto layer = layers_.find(node);
                     if (layer == layers_.end()) return;
                     take(gradient, layer->second, place, random);
                   });
  }

  static void take(std::span<const float> gradient, Collected& layer, std::size_t place,
                   Random& random) {
    for (std::size_t o = 0; o < layer.sums.columns; ++o) {
      const float* from = gradient.data() + o * layer.positions;
      layer.sums.at(place, o) = std::accumulate(from, from + layer.positions, 0.0f);
    }
    std::vector<std::size_t> positions(layer.positions);
    std::iota(positions.begin(), positions.end(), std::size_t{0});
    random.shuffle(std::span(positions), layer.drawn);
    for (std::size_t i = 0; i < layer.drawn; ++i) {
      float* row = layer.rows.row(place * layer.drawn + i);
      for (std::size_t o = 0; o < layer.rows.columns; ++o) {
        row[o] = gradient[o * layer.positions + positions[i]];
      }
    }
  }

  const Graph& graph_;
  const Images& images_;
  const Recipe& recipe_;
  const unsigned jobs_;
  const ValueId logits_;
  const std::vector<ValueId> values_;
  Segment network_;
  std::vector<std::size_t> index_;  // Into values_, by value.
  std::map<std::size_t, Collected> layers_;
};

}  // namespace

OutputMetrics output_metrics(const Graph& graph, const std::vector<LayerPlan>& plans,
                             const Images& images, const Recipe& recipe, unsigned jobs) {
  return Collector(graph, plans, images, recipe, jobs).collect();
}

}  // namespace bitdown::builder

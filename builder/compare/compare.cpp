// SPDX-License-Identifier: MIT
#include "compare/compare.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "bitdown/session.h"
#include "error.h"
#include "model_generated.h"
#include "workers/workers.h"

namespace bitdown::builder {
namespace {

// Sums over pairs of numbers, for errors and correlations.
struct PairSums {
  double count = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0, differences = 0, largest = 0;

  void add(std::span<const float> x, std::span<const float> y) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto p = static_cast<double>(x[i]);
      const auto q = static_cast<double>(y[i]);
      a += p, b += q, aa += p * p, bb += q * q, ab += p * q;
      differences += (p - q) * (p - q);
      largest = std::max(largest, std::abs(p - q));
    }
    count += static_cast<double>(x.size());
  }

  void add(const PairSums& other) {
    count += other.count, a += other.a, b += other.b, aa += other.aa, bb += other.bb;
    ab += other.ab, differences += other.differences, largest = std::max(largest, other.largest);
  }

  // A constant differs by nothing or by more than all of its variance.
  double error() const {
    const double variance = aa - a * a / count;
    if (variance > 0) return differences / variance;
    return differences > 0 ? HUGE_VAL : 0;
  }

  double correlation() const {
    const double spread = (aa - a * a / count) * (bb - b * b / count);
    return spread > 0 ? (ab - a * b / count) / std::sqrt(spread) : 0;
  }
};

// Keeps what every layer puts out in one run.
class Outputs final : public StepObserver {
 public:
  void after_step(const StepView& step) override {
    values_[step.name].assign(step.output.begin(), step.output.end());
  }

  const std::vector<float>* find(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  std::map<std::string_view, std::vector<float>> values_;
};

// What one image adds to each layer, in the order of the second network's run.
struct ImageSums {
  std::vector<PairSums> layers;
};

class Differences final : public StepObserver {
 public:
  Differences(const Outputs& other, ImageSums& sums) : other_(other), sums_(sums) {}

  void after_step(const StepView& step) override {
    PairSums pair;  // Of no numbers where there is nothing to compare with.
    const std::vector<float>* theirs = other_.find(step.name);
    if (theirs != nullptr && theirs->size() == step.output.size()) pair.add(*theirs, step.output);
    sums_.layers.push_back(pair);
  }

 private:
  const Outputs& other_;
  ImageSums& sums_;
};

// The layers of a network in the order in which they run.
std::vector<LayerDifference> layers_of(const schema::Model& model) {
  std::vector<LayerDifference> layers;
  for (const schema::Operator* op : *model.operators()) {
    layers.emplace_back().name = op->name()->str();
  }
  return layers;
}

Session create(const Model& model) {
  SessionOptions options;
  options.precision = Precision::kExact;
  options.threads = 1;                     // Other threads have sessions of their own.
  options.dense = DenseBackend::kBuiltin;  // Its values are planar, so observers see them.
  return value_or_throw(Session::create(model, options));
}

ImageDifference image_difference(std::span<const float> a, std::span<const float> b) {
  PairSums sums;
  sums.add(a, b);
  const auto largest = [](std::span<const float> values) {
    return std::max_element(values.begin(), values.end()) - values.begin();
  };
  return {true, largest(a) == largest(b), sums.error()};
}

void require_same_shapes(const Model& a, const Model& b) {
  if (a.input_count() != 1 || b.input_count() != 1) {
    throw Error(StatusCode::kUnsupported, "inputs: only networks with one can be compared");
  }
  if (!(a.input(0).shape == b.input(0).shape)) {
    throw Error(StatusCode::kInvalidData, "the inputs of the networks have different shapes");
  }
  if (!(a.output(0).shape == b.output(0).shape)) {
    throw Error(StatusCode::kInvalidData, "the outputs of the networks have different shapes");
  }
}

// Layers by the sum over the images in their order, so that no bit depends on the threads.
void add_up(const std::vector<ImageSums>& images, Comparison& comparison) {
  std::vector<LayerDifference> matched;
  for (std::size_t layer = 0; layer < comparison.layers.size(); ++layer) {
    PairSums total;
    for (const ImageSums& image : images) {
      if (!image.layers.empty()) total.add(image.layers[layer]);
    }
    if (total.count == 0) {
      ++comparison.unmatched;
      continue;
    }
    LayerDifference& difference = matched.emplace_back(comparison.layers[layer]);
    difference.error = total.error();
    difference.correlation = total.correlation();
    difference.largest = total.largest;
  }
  if (matched.empty()) {
    throw Error(StatusCode::kInvalidData, "the networks have no layer of the same name and size");
  }
  comparison.layers = std::move(matched);
}

}  // namespace

Comparison compare(const Model& a, const Model& b, CalibrationInputs& inputs, unsigned jobs) {
  require_same_shapes(a, b);
  Comparison comparison;
  comparison.images.resize(inputs.count());
  std::vector<ImageSums> sums(inputs.count());
  run_workers(inputs.count(), jobs, [&](Turns& turns) {
    Session first = create(a);
    Session second = create(b);
    std::vector<float> input(a.input(0).shape.elements());
    Outputs outputs;
    while (const auto image = turns.next()) {
      if (!inputs.load(*image, input)) continue;
      throw_unless_ok(first.run(input, &outputs));
      Differences differences(outputs, sums[*image]);
      throw_unless_ok(second.run(input, &differences));
      comparison.images[*image] = image_difference(first.output(0), second.output(0));
    }
  });
  const bool any = std::any_of(comparison.images.begin(), comparison.images.end(),
                               [](const ImageDifference& image) { return image.used; });
  if (!any) return comparison;
  comparison.layers = layers_of(b.root());
  add_up(sums, comparison);
  return comparison;
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#include "compare/compare.h"

#include <algorithm>
#include <set>

#include "builder/importers/support/errors.h"
#include "doctest/doctest.h"
#include "support/random.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

using builder::compare;
using builder::Comparison;
using builder::Graph;

/// Images of noise, some of which cannot be read.
class Noise final : public builder::CalibrationInputs {
 public:
  explicit Noise(std::size_t count, std::set<std::size_t> broken = {})
      : count_(count), broken_(std::move(broken)) {}
  std::size_t count() const override { return count_; }
  bool load(std::size_t index, std::span<float> input) override {
    Uniform uniform(test_seed() + static_cast<std::uint32_t>(index));
    for (float& value : input) value = uniform();
    return !broken_.contains(index);
  }

 private:
  std::size_t count_;
  std::set<std::size_t> broken_;
};

/// A graph as a model, with the memory that it lives in.
struct Loaded {
  explicit Loaded(const Graph& graph)
      : blob(builder::aligned_copy(builder::write_blob(graph, builder::DensePrecision::kFloat32))),
        model(builder::value_or_throw(Model::from_memory(blob.span()))) {}
  AlignedBuffer blob;
  Model model;
};

builder::Convolution& convolution(Graph& graph, const char* name) {
  for (builder::Node& node : graph.nodes) {
    if (node.name == name) return std::get<builder::Convolution>(node.op);
  }
  FAIL("no such layer");
  std::abort();
}

const builder::LayerDifference* find(const Comparison& comparison, const std::string& name) {
  for (const auto& layer : comparison.layers) {
    if (layer.name == name) return &layer;
  }
  return nullptr;
}

TEST_CASE("a network does not differ from itself") {
  CAPTURE(test_seed());
  const Loaded network(tiny_network());
  Noise noise(4, {2});
  const Comparison same = compare(network.model, network.model, noise, 2);
  CHECK(same.layers.size() == tiny_network().nodes.size());
  CHECK(same.unmatched == 0);
  for (const auto& layer : same.layers) {
    CAPTURE(layer.name);
    CHECK(layer.error == 0);
    CHECK(layer.largest == 0);
    CHECK(layer.correlation == doctest::Approx(1));
  }
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(same.images[i].used == (i != 2));
    CHECK(same.images[i].same_class == (i != 2));
    CHECK(same.images[i].error == 0);
  }
}

TEST_CASE("layers differ from the one that was changed on") {
  CAPTURE(test_seed());
  Graph changed = tiny_network();
  // The third layer's outputs are scaled, so all that follow differ too.
  const std::string name = changed.nodes[2].name;
  auto& layer = convolution(changed, name.c_str());
  if (layer.scale.empty())
    layer.scale.assign(std::visit([](auto& w) { return w.rows; }, layer.weights), 1);
  for (float& scale : layer.scale) scale *= 1.125f;
  layer.shift.clear();
  Graph unshifted = tiny_network();
  convolution(unshifted, name.c_str()).shift.clear();
  const Loaded a(unshifted);
  const Loaded b(changed);
  Noise noise(3);
  const Comparison comparison = compare(a.model, b.model, noise, 1);
  CHECK(comparison.layers[0].error == 0);
  CHECK(comparison.layers[1].error == 0);
  CHECK(comparison.layers[2].name == name);
  CHECK(comparison.layers[2].correlation == doctest::Approx(1));
  // b = 1.125 a, so sum (b - a)^2 = sum a^2 / 64, which is the variance's 64th at least.
  CHECK(comparison.layers[2].error >= 0.99 / 64);
  CHECK(comparison.layers.back().error > 0);
}

TEST_CASE("the number of threads changes no bit") {
  CAPTURE(test_seed());
  const Loaded a(tiny_network());
  TinyNetworkOptions options;
  options.seed = 2;
  const Loaded b(tiny_network(options));
  Noise noise(7, {3});
  const Comparison one = compare(a.model, b.model, noise, 1);
  CHECK(one.layers.back().error > 0.1);
  for (const unsigned jobs : {2u, 5u}) {
    const Comparison more = compare(a.model, b.model, noise, jobs);
    REQUIRE(more.layers.size() == one.layers.size());
    for (std::size_t i = 0; i < one.layers.size(); ++i) {
      CHECK(more.layers[i].error == one.layers[i].error);
      CHECK(more.layers[i].correlation == one.layers[i].correlation);
      CHECK(more.layers[i].largest == one.layers[i].largest);
    }
    for (std::size_t i = 0; i < 7; ++i) CHECK(more.images[i].error == one.images[i].error);
  }
}

TEST_CASE("layers of other names are counted, other shapes refused") {
  Graph renamed = tiny_network();
  const std::string name = renamed.nodes[3].name;
  renamed.nodes[3].name = "another";
  const Loaded a(tiny_network());
  const Loaded b(renamed);
  Noise noise(1);
  const Comparison comparison = compare(a.model, b.model, noise, 1);
  CHECK(comparison.unmatched == 1);
  CHECK(find(comparison, name) == nullptr);
  CHECK(find(comparison, "another") == nullptr);

  const Loaded small(smallest_network());
  const Failure failure = error_of([&] { compare(a.model, small.model, noise, 1); });
  CHECK(failure.code == StatusCode::kInvalidData);
  CHECK(failure.says("different shapes"));
}

TEST_CASE("without an image there is nothing to compare") {
  const Loaded network(smallest_network());
  Noise noise(2, {0, 1});
  const Comparison comparison = compare(network.model, network.model, noise, 2);
  CHECK(comparison.layers.empty());
  CHECK_FALSE(comparison.images[0].used);
}

}  // namespace
}  // namespace bitdown::tests

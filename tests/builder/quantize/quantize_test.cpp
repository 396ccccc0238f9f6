// SPDX-License-Identifier: MIT
#include "quantize/quantize.h"

#include "builder/quantize/support/built.h"
#include "doctest/doctest.h"
#include "quantize/schedule.h"

namespace bitdown::tests {
namespace {

using builder::FinishedLayers;
using builder::Recipe;

TEST_CASE("every layer but the first becomes codes, and its output stays close") {
  CAPTURE(test_seed());
  builder::Graph graph = tiny_network({.dense = true});
  Noise noise(40, {3, 17});
  FinishedLayers finished;
  std::size_t calls = 0;
  double done = 0;
  Recipe recipe = quick_recipe();
  recipe.coupling = false;  // Else other errors than the outputs' own are made small.
  builder::QuantizeHooks hooks;
  hooks.finished = [&](const builder::LayerProgress& progress) {
    CHECK(progress.index == calls++);
    CHECK(progress.done > done);
    CHECK_FALSE(progress.restored);
    CHECK(progress.result.error < progress.result.start_error);
    done = progress.done;
  };
  CHECK(builder::quantize(graph, recipe, noise, 2, finished, hooks) == 38);
  CHECK(done == doctest::Approx(1));
  CHECK(calls == finished.size());
  std::size_t coded = 0;
  for (const builder::Node& node : graph.nodes) {
    const auto* convolution = std::get_if<builder::Convolution>(&node.op);
    const auto* linear = std::get_if<builder::Linear>(&node.op);
    if (convolution == nullptr && linear == nullptr) continue;
    const bool first = node.inputs[0] == graph.inputs[0];
    const bool is_coded = std::holds_alternative<builder::CodedMatrix>(
        convolution != nullptr ? convolution->weights : linear->weights);
    CHECK(is_coded != first);
    coded += is_coded ? 1 : 0;
  }
  CHECK(coded == calls);
}

TEST_CASE("the same seed gives the same bytes, on any number of threads") {
  const std::vector<std::byte> one = built(quick_recipe(), 1);
  CHECK(built(quick_recipe(), 3) == one);
  Recipe other = quick_recipe();
  other.seed = 1;
  CHECK(built(other, 1) != one);
}

TEST_CASE("a run that was interrupted after any layer ends with the same bytes") {
  for (const unsigned views : {1u, 2u}) {
    Recipe recipe = quick_recipe();
    recipe.views = views;
    std::vector<FinishedLayers> states;
    FinishedLayers finished;
    builder::Graph graph = tiny_network({.dense = true});
    Noise noise(40, {3, 17});
    builder::QuantizeHooks hooks;
    hooks.finished = [&](const builder::LayerProgress&) { states.push_back(finished); };
    builder::quantize(graph, recipe, noise, 2, finished, hooks);
    const std::vector<std::byte> whole =
        builder::write_blob(graph, builder::DensePrecision::kFloat16);
    for (std::size_t i = 0; i < states.size(); ++i) {
      CAPTURE(i);
      std::size_t restored = 0;
      builder::QuantizeHooks count;
      count.finished = [&](const builder::LayerProgress& progress) {
        restored += progress.restored ? 1 : 0;
      };
      CHECK(built(recipe, 2, states[i], count) == whole);
      CHECK(restored == i + 1);
    }
  }
}

TEST_CASE("every method makes a network that works") {
  for (const builder::Method method :
       {builder::Method::kEm, builder::Method::kSrc, builder::Method::kKmeans}) {
    Recipe recipe = quick_recipe();
    recipe.method = method;
    CHECK(built(recipe, 2).size() > 1000);
  }
}

// Of the last layer when the first has as many codewords as given.
std::vector<std::uint16_t> last_codes(bool sequential, std::uint32_t first_entries) {
  builder::Graph graph = tiny_network({.dense = true});
  Recipe recipe = quick_recipe();
  recipe.sequential = sequential;
  const std::size_t first = builder::schedule(graph, recipe).front().node;
  recipe.layers[graph.nodes[first].name].entries = first_entries;
  Noise noise(40, {});
  FinishedLayers finished;
  builder::quantize(graph, recipe, noise, 2, finished, {});
  return finished.rbegin()->second.layer.weights.codes;
}

TEST_CASE("layers see what those before have lost, unless each is to be quantized alone") {
  CHECK(last_codes(true, 4) != last_codes(true, 16));
  CHECK(last_codes(false, 4) == last_codes(false, 16));
}

}  // namespace
}  // namespace bitdown::tests

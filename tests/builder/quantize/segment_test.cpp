// SPDX-License-Identifier: MIT
#include "quantize/segment.h"

#include <algorithm>
#include <map>

#include "doctest/doctest.h"
#include "quantize/cuts.h"
#include "support/random.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

using builder::DensePrecision;
using builder::Segment;
using builder::ValueId;

std::vector<float> run(Segment& segment, const std::vector<float>& input, std::size_t index = 0) {
  const Segment::Loan runner(segment);
  runner->run(input);
  const std::span<const float> value = runner->value(index);
  return {value.begin(), value.end()};
}

std::vector<float> noise(std::size_t count) {
  Uniform random(test_seed());
  std::vector<float> numbers(count);
  for (float& number : numbers) number = random();
  return numbers;
}

TEST_CASE("running a network from cut to cut is running it at once") {
  CAPTURE(test_seed());
  for (const bool dense : {false, true}) {
    const builder::Graph graph = tiny_network({.dense = dense});
    const std::vector<builder::Cut> cuts = builder::find_cuts(graph);
    const std::vector<float> input = noise(3 * 32 * 32);
    Segment whole(graph, graph.nodes, graph.inputs[0], {graph.outputs[0]},
                  DensePrecision::kFloat32);
    std::vector<float> value = input;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      const bool last = i + 1 == cuts.size();
      const auto from = graph.nodes.begin() + static_cast<std::ptrdiff_t>(cuts[i].node);
      const auto to = last ? graph.nodes.end()
                           : graph.nodes.begin() + static_cast<std::ptrdiff_t>(cuts[i + 1].node);
      if (cuts[i].value == graph.outputs[0]) break;
      Segment part(graph, {from, to}, cuts[i].value, {last ? graph.outputs[0] : cuts[i + 1].value},
                   DensePrecision::kFloat32);
      value = run(part, value);
    }
    CHECK(value == run(whole, input));
  }
}

TEST_CASE("the input itself may be wanted, alone or with others") {
  const builder::Graph graph = tiny_network();
  const std::vector<float> input = noise(3 * 32 * 32);
  Segment nothing(graph, {}, graph.inputs[0], {graph.inputs[0]}, DensePrecision::kFloat32);
  CHECK(run(nothing, input) == input);
  Segment both(graph, graph.nodes, graph.inputs[0], {graph.inputs[0], graph.outputs[0]},
               DensePrecision::kFloat32);
  CHECK(run(both, input, 0) == input);
  CHECK(run(both, input, 1).size() == 37);
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include "quantize/cuts.h"

#include "doctest/doctest.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

TEST_CASE("networks are cut between their blocks") {
  const builder::Graph graph = tiny_network({.dense = true});
  const std::vector<builder::Cut> cuts = builder::find_cuts(graph);
  REQUIRE(!cuts.empty());
  CHECK(cuts[0].node == 0);
  CHECK(cuts[0].value == graph.inputs[0]);
  for (const builder::Cut& cut : cuts) {
    // Nothing behind a cut reads what is before it, the cut's own value aside.
    for (std::size_t i = cut.node; i < graph.nodes.size(); ++i) {
      for (const builder::ValueId input : graph.nodes[i].inputs) {
        bool behind = input == cut.value;
        for (std::size_t k = cut.node; k < i; ++k) behind |= graph.nodes[k].output == input;
        CHECK(behind);
      }
    }
  }
  // Stem, pool, two blocks, average pool, fc: a cut behind each.
  CHECK(cuts.size() == 7);
}

TEST_CASE("the cut before a node is the last one that is not behind it") {
  const std::vector<builder::Cut> cuts = {{0, 7}, {3, 8}, {5, 9}};
  CHECK(builder::cut_before(cuts, 0).value == 7);
  CHECK(builder::cut_before(cuts, 2).value == 7);
  CHECK(builder::cut_before(cuts, 3).value == 8);
  CHECK(builder::cut_before(cuts, 4).value == 8);
  CHECK(builder::cut_before(cuts, 99).value == 9);
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include <limits>

#include "builder/importers/support/errors.h"
#include "builder/quantize/support/built.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

Failure quantize(builder::Graph graph, std::size_t images,
                 const std::set<std::size_t>& broken = {}) {
  Noise noise(images, broken);
  builder::FinishedLayers finished;
  return error_of([&] { builder::quantize(graph, quick_recipe(), noise, 2, finished, {}); });
}

TEST_CASE("too few images: the message says how many the most demanding layer needs") {
  const builder::Graph graph = tiny_network({.dense = true});
  const builder::Need need = builder::needed_images(graph, quick_recipe());
  CHECK(need.images > 1);
  Failure failure = quantize(graph, need.images - 1);
  CHECK(failure.code == StatusCode::kInvalidData);
  CHECK(failure.says("too few images: " + std::to_string(need.images - 1)));
  CHECK(failure.says("'" + need.layer + "' needs " + std::to_string(need.images)));
  // Broken ones do not count.
  CHECK(quantize(graph, need.images, {0}).says("too few images"));
  CHECK(quantize(graph, need.images).message.empty());
}

TEST_CASE("weights that are not finite are refused by layer") {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    builder::Graph graph = tiny_network({.dense = true});
    builder::Node& node = graph.nodes.at(2);
    auto& convolution = std::get<builder::Convolution>(node.op);
    std::get<builder::DenseMatrix>(convolution.weights).values[5] = bad;
    const Failure failure = quantize(graph, 40);
    CHECK(failure.code == StatusCode::kInvalidData);
    CHECK(failure.says("layer '" + node.name + "': has weights that are not finite"));
  }
}

TEST_CASE("a network whose layers are coded has nothing to quantize") {
  const Failure failure = quantize(tiny_network(), 40);
  CHECK(failure.code == StatusCode::kUnsupported);
  CHECK(failure.says("no layer to quantize"));
}

}  // namespace
}  // namespace bitdown::tests

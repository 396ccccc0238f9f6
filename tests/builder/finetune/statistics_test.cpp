// SPDX-License-Identifier: MIT
#include "finetune/statistics.h"

#include "doctest/doctest.h"
#include "finetune/parts.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

// The network with batch-norms that were never estimated for it.
builder::Graph disturbed(builder::Graph graph) {
  for (builder::Node& node : graph.nodes) {
    auto* convolution = std::get_if<builder::Convolution>(&node.op);
    if (convolution == nullptr) continue;
    for (float& scale : convolution->scale) scale *= 1.7f;
    for (float& shift : convolution->shift) shift += 0.3f;
  }
  return graph;
}

TEST_CASE("matching gives every convolution the wanted mean and deviation") {
  torch::manual_seed(3);
  const builder::Graph good = tiny_network();
  const builder::Graph bad = disturbed(good);
  const torch::Tensor images = torch::randn({16, 3, 32, 32});
  const builder::EachBatch each = [&](const auto& use) { use(images); };
  const builder::Part part = builder::whole(good);
  builder::TorchNetwork teacher(good);
  builder::TorchNetwork student(bad);
  const builder::Statistics wanted = builder::measure_statistics(teacher, part, each);
  const torch::Tensor answer = teacher.run(part, images);
  CHECK_FALSE(torch::allclose(student.run(part, images), answer, 1e-2, 1e-2));

  builder::match_statistics(student, part, wanted, each);
  const builder::Statistics found = builder::measure_statistics(student, part, each);
  REQUIRE(found.layers.size() == wanted.layers.size());
  for (const auto& [node, channel] : found.layers) {
    CAPTURE(node);
    CHECK(torch::allclose(channel.mean, wanted.layers.at(node).mean, 1e-3, 1e-3));
    CHECK(torch::allclose(channel.deviation, wanted.layers.at(node).deviation, 1e-3, 1e-3));
  }
  // Here the disturbance was of scales and shifts only.
  CHECK(torch::allclose(student.run(part, images), answer, 1e-2, 1e-2));
}

}  // namespace
}  // namespace bitdown::tests

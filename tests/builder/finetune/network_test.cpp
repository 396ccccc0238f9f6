// SPDX-License-Identifier: MIT
#include "finetune/network.h"

#include <cmath>
#include <random>

#include "doctest/doctest.h"
#include "finetune/parts.h"
#include "support/reference_network.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace bitdown::tests {
namespace {

using builder::Part;
using builder::TorchNetwork;

std::vector<float> random_image(std::size_t elements, unsigned seed) {
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal;
  std::vector<float> image(elements);
  for (float& value : image) value = normal(engine);
  return image;
}

torch::Tensor batch_of_one(const std::vector<float>& image, const builder::Graph& graph) {
  const std::vector<std::uint32_t>& shape = graph.values[graph.inputs[0]].shape;
  return torch::tensor(image).reshape({1, shape[0], shape[1], shape[2]});
}

TEST_CASE("torch computes what the graph means, from codes and from dense weights") {
  for (const bool dense : {false, true}) {
    const builder::Graph graph = tiny_network({.height = 33, .width = 29, .dense = dense});
    const std::vector<float> image = random_image(3 * 33 * 29, 7);
    TorchNetwork network(graph);
    const torch::Tensor logits =
        network.run(builder::whole(graph), batch_of_one(image, graph)).detach().contiguous();
    const std::vector<double> expected = run_reference(graph, image)[0];
    REQUIRE(static_cast<std::size_t>(logits.numel()) == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(static_cast<double>(logits.data_ptr<float>()[i]) ==
            doctest::Approx(expected[i]).epsilon(1e-3));
    }
  }
}

TEST_CASE("blocks in turn are the whole network") {
  const builder::Graph graph = tiny_network();
  const std::vector<float> image = random_image(3 * 32 * 32, 8);
  TorchNetwork network(graph);
  const torch::Tensor input = batch_of_one(image, graph);
  torch::Tensor value = input;
  const std::vector<Part> parts = builder::blocks(graph);
  CHECK(parts.size() > 3);
  for (const Part& part : parts) value = network.run(part, value);
  CHECK(torch::allclose(value, network.run(builder::whole(graph), input)));
}

TEST_CASE("what was not trained is written back as it was") {
  const builder::Graph graph = tiny_network();
  builder::Graph copy = graph;
  TorchNetwork(graph).write_to(copy);
  const auto precision = builder::DensePrecision::kFloat16;
  CHECK(builder::write_blob(copy, precision) == builder::write_blob(graph, precision));
}

TEST_CASE("codewords, scales, shifts and dense weights get gradients") {
  const builder::Graph graph = tiny_network();
  TorchNetwork network(graph);
  const Part part = builder::whole(graph);
  network.run(part, batch_of_one(random_image(3 * 32 * 32, 9), graph)).square().sum().backward();
  std::size_t layers = 0;
  for (const builder::TorchLayer* layer : builder::layers_of(network, part)) {
    ++layers;
    for (const builder::Parameter* parameter : {&layer->weights, &layer->scale, &layer->shift}) {
      if (!parameter->factor.defined()) continue;
      REQUIRE(parameter->factor.grad().defined());
      CHECK(parameter->factor.grad().abs().sum().item<double>() > 0);
    }
  }
  CHECK(layers > 5);
}

}  // namespace
}  // namespace bitdown::tests

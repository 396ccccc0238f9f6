// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "bitdown/session.h"
#include "cpu.h"
#include "doctest/doctest.h"
#include "support/aligned_blob.h"
#include "support/random.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace bitdown::tests {

/// A graph as a model in memory.
struct Loaded {
  AlignedBlob blob;
  Result<Model> model;

  explicit Loaded(const builder::Graph& graph,
                  builder::DensePrecision precision = builder::DensePrecision::kFloat32)
      : blob(builder::write_blob(graph, precision)), model(Model::from_memory(blob.bytes())) {
    REQUIRE_MESSAGE(model.ok(), model.status().message());
  }
};

inline std::vector<float> random_input(const Model& model) {
  Uniform uniform(test_seed());
  std::vector<float> input(model.input(0).shape.elements());
  for (float& v : input) v = uniform();
  return input;
}

/// Names of all instruction sets that this CPU has.
inline std::vector<const char*> isas() {
  std::vector<const char*> names;
  for (const char* name : isa_names()) {
    if (choose_isa(name, detect_isa()).ok()) names.push_back(name);
  }
  return names;
}

/// Gives the graph's values the ranges that they have in a run.
struct RangeFinder final : StepObserver {
  builder::Graph& graph;
  explicit RangeFinder(builder::Graph& g) : graph(g) {}

  void set(std::uint32_t value, std::span<const float> numbers) {
    const auto [low, high] = std::ranges::minmax(numbers);
    graph.values[value].range = {std::min(low, 0.0f), std::max(high, 0.01f)};
  }
  void after_step(const StepView& step) override {
    if (!step.output.empty()) set(step.value, step.output);
  }
};

/// The tiny network with the ranges that `input` produces.
inline builder::Graph calibrated_network(bool dense) {
  builder::Graph graph = tiny_network({.height = 19, .width = 45, .dense = dense});
  const Loaded loaded(graph);
  const std::vector<float> input = random_input(*loaded.model);
  auto session = Session::create(*loaded.model, {.dense = DenseBackend::kBuiltin});
  RangeFinder finder(graph);
  finder.set(graph.inputs[0], input);
  REQUIRE(session->run(input, &finder).ok());
  return graph;
}

}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include "reader/reader.h"

#include <string>

#include "builder/importers/support/errors.h"
#include "doctest/doctest.h"
#include "model_generated.h"
#include "schema/check.h"
#include "schema/model_spec.h"
#include "support/aligned_blob.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

using builder::ActivationRange;
using builder::DensePrecision;
using builder::Graph;
using builder::StoredNetwork;

StoredNetwork read(const std::vector<std::byte>& bytes) {
  const AlignedBlob blob(bytes);
  const auto model = schema::check(blob.bytes());
  REQUIRE_MESSAGE(model.ok(), model.status().where() << " " << model.status().message());
  return builder::read_blob(**model);
}

void check_reproduced(const Graph& graph) {
  for (const auto precision : {DensePrecision::kFloat16, DensePrecision::kFloat32}) {
    const std::vector<std::byte> blob = write_blob(graph, precision);
    const StoredNetwork stored = read(blob);
    CHECK(stored.precision == precision);
    CHECK(write_blob(stored.graph, stored.precision) == blob);
  }
}

/// Everything that a graph may leave out.
Graph full_network() {
  Graph graph = smallest_network();
  for (std::size_t i = 0; i < graph.values.size(); i += 2) {
    graph.values[i].range = ActivationRange{-1.0f - static_cast<float>(i), 2.5f};
  }
  graph.golden = builder::Golden{std::vector<float>(3 * 8 * 8, 0.1f), {1.5f, -2.0f, 0.3f}, 1e-3f};
  graph.provenance.tool_version = "0.0.7";
  graph.preprocessing->mean[1] = 0.25f;
  graph.preprocessing->std[2] = 0.5f;
  return graph;
}

/// Nothing that a graph may leave out.
Graph bare_network() {
  Graph graph = smallest_network();
  graph.labels.clear();
  graph.preprocessing.reset();
  graph.provenance = {};
  auto& stem = std::get<builder::Convolution>(graph.nodes[0].op);
  stem.scale.clear();
  stem.shift.clear();
  stem.relu = false;
  return graph;
}

TEST_CASE("a blob that was written is reproduced byte by byte") {
  check_reproduced(smallest_network());
  check_reproduced(full_network());
  check_reproduced(bare_network());
  for (const std::uint32_t entries : {1u, 16u, 256u, 257u, 2048u}) {
    CAPTURE(entries);
    TinyNetworkOptions options;
    options.entries = entries;
    options.classifier_entries = entries;
    options.height = 17;
    check_reproduced(tiny_network(options));
    options.dense = true;
    check_reproduced(tiny_network(options));
  }
}

TEST_CASE("a golden pair of the standard input takes no room for it") {
  Graph graph = smallest_network();
  const std::size_t outputs = graph.values[graph.outputs[0]].shape[0];
  graph.golden = builder::Golden{{}, std::vector<float>(outputs, 1.0f), 1e-3f};
  const std::vector<std::byte> blob = write_blob(graph, DensePrecision::kFloat32);
  Graph with = graph;
  with.golden->input.assign(3 * 8 * 8, 0.5f);
  CHECK(write_blob(with, DensePrecision::kFloat32).size() >= blob.size() + 4 * 3 * 8 * 8);
  const Graph got = read(blob).graph;
  REQUIRE(got.golden);
  CHECK(got.golden->input.empty());
  CHECK(got.golden->output == graph.golden->output);
}

TEST_CASE("ranges, golden pair and tool version are read") {
  const Graph graph = full_network();
  const Graph got = read(write_blob(graph, DensePrecision::kFloat16)).graph;
  for (std::size_t i = 0; i < graph.values.size(); ++i) {
    CHECK(got.values[i].range == graph.values[i].range);
  }
  REQUIRE(got.golden);
  CHECK(got.golden->input == graph.golden->input);
  CHECK(got.golden->output == graph.golden->output);
  CHECK(got.golden->tolerance == graph.golden->tolerance);
  CHECK(got.provenance.tool_version == "0.0.7");
}

TEST_CASE("a graph's numbers are read as they were") {
  const Graph graph = smallest_network();
  const Graph got = read(write_blob(graph, DensePrecision::kFloat32)).graph;
  const auto& expected = std::get<builder::Linear>(graph.nodes[4].op);
  const auto& fc = std::get<builder::Linear>(got.nodes[4].op);
  CHECK(fc.bias == expected.bias);
  const auto& expected_matrix = std::get<builder::CodedMatrix>(expected.weights);
  const auto& matrix = std::get<builder::CodedMatrix>(fc.weights);
  CHECK(matrix.rows == 3);
  CHECK(matrix.columns == 4);
  CHECK(matrix.codebook == expected_matrix.codebook);
  CHECK(matrix.codes == expected_matrix.codes);
}

TEST_CASE("a blob of another writer keeps its meaning") {
  const StoredNetwork stored = read(serialize(valid_spec()));
  CHECK(stored.precision == DensePrecision::kFloat32);  // Its shifts are, its scales are not.
  const auto& stem = std::get<builder::Convolution>(stored.graph.nodes[kConv1].op);
  CHECK(stem.scale == std::vector<float>(4, 1.0f));
  CHECK(stem.shift == std::vector<float>(4, -1.0f));
  CHECK_FALSE(stem.relu);
  const auto& pool = std::get<builder::MaxPool>(stored.graph.nodes[kMaxPool].op);
  CHECK(pool.kernel == 3);
  CHECK(pool.stride == 2);
  CHECK(pool.padding == 1);
  const auto& fc = std::get<builder::Linear>(stored.graph.nodes[kFc].op);
  CHECK(std::get<builder::CodedMatrix>(fc.weights).codes ==
        std::vector<std::uint16_t>{0, 255, 299});
  const std::vector<std::byte> again = write_blob(stored.graph, stored.precision);
  CHECK(write_blob(read(again).graph, stored.precision) == again);
}

TEST_CASE("what a graph cannot hold is refused by name") {
  ModelSpec spec = valid_spec();
  spec.operators[kMaxPool].window.kernel_w = 4;
  const Failure failure = error_of([&] { read(serialize(spec)); });
  CHECK(failure.code == StatusCode::kUnsupported);
  CHECK(failure.message == "operator 'maxpool': kernel, stride or padding is not square");
}

}  // namespace
}  // namespace bitdown::tests

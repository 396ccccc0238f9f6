// SPDX-License-Identifier: MIT
// Files as PyTorch itself writes them; exported/export.py made them.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "bitdown/model.h"
#include "bitdown/session.h"
#include "builder/importers/support/errors.h"
#include "doctest/doctest.h"
#include "importers/importer.h"
#include "platforms/mapped_file.h"
#include "writer/writer.h"

namespace bitdown::tests {
namespace {

const std::filesystem::path kFolder = BITDOWN_EXPORTED_DIR;

// What PyTorch's network answers.
constexpr float kLogits[] = {0.37295475602149963f, -0.5903873443603516f, 0.2836568355560303f};

void check_answer(const builder::Graph& graph) {
  const AlignedBuffer blob =
      builder::aligned_copy(builder::write_blob(graph, builder::DensePrecision::kFloat32));
  const auto model = Model::from_memory(blob.span());
  REQUIRE(model.ok());
  auto session = Session::create(*model);
  REQUIRE(session.ok());
  std::vector<float> input(144);
  for (std::size_t i = 0; i < input.size(); ++i) {
    input[i] = (static_cast<float>(i % 7) - 3) / 4;
  }
  REQUIRE(session->run(input).ok());
  REQUIRE(session->output(0).size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(std::abs(session->output(0)[i] - kLogits[i]) < 1e-5f);
  }
}

std::size_t scaled_convolutions(const builder::Graph& graph) {
  return static_cast<std::size_t>(
      std::count_if(graph.nodes.begin(), graph.nodes.end(), [](const builder::Node& node) {
        const auto* convolution = std::get_if<builder::Convolution>(&node.op);
        return convolution != nullptr && !convolution->scale.empty();
      }));
}

TEST_CASE("PyTorch 1.13's export with batch-norms answers as the network") {
  const builder::Graph graph = builder::import_network(kFolder / "script.onnx");
  CHECK(scaled_convolutions(graph) == 4);
  CHECK(graph.nodes[3].name == "layer1.0.downsample.0");
  CHECK(graph.provenance.architecture == "script");
  CHECK_FALSE(graph.preprocessing.has_value());
  check_answer(graph);
}

TEST_CASE("PyTorch 2.15's export, batch-norms folded and weights in a second file, does too") {
  const builder::Graph graph = builder::import_network(kFolder / "dynamo.onnx");
  CHECK(scaled_convolutions(graph) == 0);
  CHECK(graph.nodes[3].name == "layer1.0.downsample.0");
  check_answer(graph);
  const auto file = MappedFile::open((kFolder / "dynamo.onnx").c_str());
  REQUIRE(file.ok());
  const Failure alone = error_of([&] { builder::import_bytes(file->bytes(), "dynamo.onnx"); });
  CHECK(alone.code == StatusCode::kUnsupported);
  CHECK(alone.says("is in file 'dynamo.onnx.data', outside the model"));
}

TEST_CASE("safetensors' file of a network that is no ResNet is read, and says what it is") {
  const Failure failure = error_of([] { builder::import_network(kFolder / "tiny.safetensors"); });
  CHECK(failure.code == StatusCode::kUnsupported);
  CHECK(failure.says("unknown architecture: stages of 1, 0, 0, 0 basic blocks"));
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
// The released networks, which may not be part of the project: found through BITDOWN_DATA.
#define DOCTEST_CONFIG_IMPLEMENT
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>
#include <set>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/graphs.h"
#include "doctest/doctest.h"
#include "importers/importer.h"
#include "platforms/mapped_file.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;

std::filesystem::path models_folder() {
  const char* data = std::getenv("BITDOWN_DATA");
  return std::filesystem::path(data != nullptr ? data : BITDOWN_DEFAULT_DATA) / "models";
}

struct Released {
  const char* file;
  const char* format;
  const char* architecture;
  std::uint32_t largest_block;
  std::uint32_t linear_entries;  ///< 0: uncompressed.
};

constexpr Released kReleased[] = {
    {"ktb-resnet18-small.pth", "ktb", "resnet18", 9, 2048},
    {"ktb-resnet50-large.pth", "ktb", "resnet50", 18, 1024},
    {"pqf-resnet18-small.pth", "pqf", "resnet18", 9, 2048},
    {"pqf-resnet50-large.pth", "pqf", "resnet50", 18, 1024},
    {"resnet18-float.pth", "torchvision", "resnet18", 0, 0},
    {"resnet50-float.pth", "torchvision", "resnet50", 0, 0},
};

/// Of all coded convolutions.
std::set<std::uint32_t> block_sizes(const Graph& graph) {
  std::set<std::uint32_t> sizes;
  for (const Node& node : graph.nodes) {
    const auto* convolution = std::get_if<Convolution>(&node.op);
    if (convolution == nullptr) continue;
    const auto* coded = std::get_if<CodedMatrix>(&convolution->weights);
    if (coded != nullptr) sizes.insert(coded->block_size);
  }
  return sizes;
}

std::uint32_t entries(const Graph& graph, const std::string& layer) {
  return std::get<CodedMatrix>(find_convolution(graph, layer).weights).entries();
}

}  // namespace

TEST_CASE("the released networks are what their authors say") {
  for (const Released& released : kReleased) {
    CAPTURE(released.file);
    const Graph graph = import_network(models_folder() / released.file);
    CHECK(graph.provenance.source_file == released.file);
    CHECK(graph.provenance.source_format == std::string(released.format));
    CHECK(graph.provenance.architecture == std::string(released.architecture));
    CHECK(graph.labels.size() == 1000);
    const std::set<std::uint32_t> sizes = block_sizes(graph);
    const auto& linear = std::get<Linear>(find_node(graph, "fc").op).weights;
    if (released.largest_block == 0) {
      CHECK(sizes.empty());
      CHECK(std::holds_alternative<DenseMatrix>(linear));
      continue;
    }
    CHECK(*sizes.rbegin() == released.largest_block);
    CHECK(std::get<CodedMatrix>(linear).entries() == released.linear_entries);
    CHECK(std::get<CodedMatrix>(linear).block_size == 4);
    CHECK(entries(graph, "layer4.1.conv2") == 256);
  }
}

TEST_CASE("the first convolution of the large networks has fewer codewords") {
  const auto count = [](const char* file) {
    return entries(import_network(models_folder() / file), "layer1.0.conv1");
  };
  CHECK(count("ktb-resnet50-large.pth") == 64);
  CHECK(count("pqf-resnet50-large.pth") == 128);
}

TEST_CASE("another network is not taken for a ResNet") {
  const Failure failure = error_of([] { import_network(models_folder() / "maskrcnn-float.pth"); });
  CHECK(failure.code == bitdown::StatusCode::kUnsupported);
  CHECK(failure.says("'backbone.body.bn1.bias'"));
}

TEST_CASE("a thousand truncations of each are refused") {
  constexpr std::size_t kEven = 500;
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (const Released& released : kReleased) {
    CAPTURE(released.file);
    const auto file = bitdown::MappedFile::open((models_folder() / released.file).c_str());
    REQUIRE(file.ok());
    const std::span<const std::byte> bytes = file->bytes();
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < 2 * kEven; ++i) {
      const std::size_t length =
          i < kEven ? bytes.size() / kEven * i : static_cast<std::size_t>(random() % bytes.size());
      const Failure failure = error_of([&] { import_bytes(bytes.first(length), "cut"); });
      accepted += failure.code == bitdown::StatusCode::kOk;
    }
    CHECK(accepted == 0);
  }
}

int main(int argc, char** argv) {
  for (const Released& released : kReleased) {
    const std::filesystem::path file = models_folder() / released.file;
    if (std::filesystem::exists(file)) continue;
    std::printf("skipped: no %s; BITDOWN_DATA names the folder with models/\n", file.c_str());
    return 77;
  }
  return doctest::Context(argc, argv).run();
}

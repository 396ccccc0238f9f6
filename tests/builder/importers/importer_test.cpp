// SPDX-License-Identifier: MIT
#include "importers/importer.h"

#include <cmath>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/graphs.h"
#include "builder/importers/support/tiny_resnet.h"
#include "doctest/doctest.h"
#include "importers/sha256.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;

Graph import_text(const std::string& file) {
  return import_bytes(as_bytes(file), "tiny.pth");
}

Graph import_tiny(const TinyResnet& network) {
  return import_text(save_legacy(make_checkpoint(network)));
}

void check_codes(const Weights& weights) {
  const auto& matrix = std::get<CodedMatrix>(weights);
  CHECK(matrix.entries() == kTinyEntries);
  CHECK(matrix.codebook[matrix.block_size * 3 + 2] == 1.25f);
  REQUIRE(matrix.codes.size() == matrix.rows * matrix.blocks());
  std::size_t wrong = 0;
  for (std::uint32_t row = 0; row < matrix.rows; ++row) {
    for (std::uint32_t block = 0; block < matrix.blocks(); ++block) {
      wrong += matrix.codes[row * matrix.blocks() + block] != tiny_code(row, block);
    }
  }
  CHECK(wrong == 0);
}

void check_dense(const Weights& weights, std::uint32_t rows, std::uint32_t columns) {
  const auto& matrix = std::get<DenseMatrix>(weights);
  CHECK(matrix.rows == rows);
  CHECK(matrix.columns == columns);
  REQUIRE(matrix.values.size() == std::size_t{rows} * columns);
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < matrix.values.size(); ++i) {
    wrong += matrix.values[i] != tiny_weight(static_cast<std::int64_t>(i));
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("each dialect in each container becomes the same network") {
  const std::pair<TinyDialect, const char*> dialects[] = {
      {TinyDialect::kKtb, "ktb"},
      {TinyDialect::kPqf, "pqf"},
      {TinyDialect::kTorchvision, "torchvision"}};
  for (const auto& [dialect, name] : dialects) {
    const FakeCheckpoint checkpoint = make_checkpoint({dialect});
    for (const std::string& file :
         {save_legacy(checkpoint), save_zip(checkpoint), save_safetensors(checkpoint)}) {
      const Graph graph = import_text(file);
      CHECK(graph.provenance.source_file == "tiny.pth");
      CHECK(graph.provenance.source_sha256 == sha256(as_bytes(file)));
      CHECK(graph.provenance.source_format == name);
      CHECK(graph.provenance.architecture == "resnet18");
      CHECK(graph.nodes.size() == 24);
      check_dense(find_convolution(graph, "conv1").weights, 64, 147);
      const auto& linear = std::get<Linear>(find_node(graph, "fc").op);
      CHECK(linear.bias == std::vector<float>(3, 0.25f));
      if (dialect == TinyDialect::kTorchvision) continue;
      check_codes(linear.weights);
      for (const char* layer : {"layer1.0.conv1", "layer2.0.downsample.0", "layer4.1.conv2"}) {
        const Convolution& convolution = find_convolution(graph, layer);
        check_codes(convolution.weights);
        CHECK(convolution.scale[2] == tiny_gamma(2));
        CHECK(convolution.shift[2] == kTinyBeta);
      }
    }
  }
}

TEST_CASE("uncompressed weights are flattened and batch-norm is folded in double") {
  const Graph graph = import_tiny({TinyDialect::kTorchvision});
  check_dense(find_convolution(graph, "layer2.0.conv1").weights, 128, 64 * 9);
  check_dense(find_convolution(graph, "layer2.0.downsample.0").weights, 128, 64);
  check_dense(std::get<Linear>(find_node(graph, "fc").op).weights, 3, 512);
  const Convolution& convolution = find_convolution(graph, "layer4.1.conv2");
  const double deviation = std::sqrt(static_cast<double>(kTinyVariance) + 1e-5);
  for (std::size_t c = 0; c < 512; ++c) {
    const double scale = static_cast<double>(tiny_gamma(static_cast<std::int64_t>(c))) / deviation;
    REQUIRE(convolution.scale[c] == static_cast<float>(scale));
    REQUIRE(convolution.shift[c] == static_cast<float>(static_cast<double>(kTinyBeta) -
                                                       static_cast<double>(kTinyMean) * scale));
  }
}

TEST_CASE("labels belong to networks of 1000 classes") {
  CHECK(import_tiny({TinyDialect::kKtb}).labels.empty());
  const Graph graph = import_tiny({TinyDialect::kPqf, 18, 1000});
  CHECK(graph.labels.size() == 1000);
  CHECK(graph.preprocessing->resize_shorter == 256);
  CHECK(graph.values[graph.outputs[0]].shape == std::vector<std::uint32_t>{1000});
}

TEST_CASE("the depth follows from the names") {
  const std::pair<int, std::size_t> depths[] = {
      {18, 21}, {34, 37}, {50, 54}, {101, 105}, {152, 156}};
  for (const auto& [depth, layers] : depths) {
    const Graph graph = import_tiny({TinyDialect::kPqf, depth});
    CHECK(graph.provenance.architecture == "resnet" + std::to_string(depth));
    CHECK(graph.nodes.size() == layers + 3);  // Two poolings and softmax.
  }
}

TEST_CASE("coded and uncompressed layers may stand side by side") {
  FakeCheckpoint checkpoint = make_checkpoint({TinyDialect::kKtb, 50});
  for (const char* key : {"centroids", "assignments", "n_blocks", "is_conv", "k"}) {
    checkpoint.leaves.erase(std::string("layer1.0.conv3/") + key);
  }
  checkpoint.storages.erase("layer1.0.conv3/centroids");
  checkpoint.storages.erase("layer1.0.conv3/assignments");
  std::vector<float> values;
  for (std::int64_t i = 0; i < 256 * 64; ++i) values.push_back(tiny_weight(i));
  checkpoint.add_halves("layer1.0.conv3/weight", {256, 64, 1, 1}, values);
  std::get<FakeTensor>(checkpoint.leaves["layer1.0.conv3/weight"]).parameter = true;
  const Graph graph = import_text(save_legacy(checkpoint));
  check_dense(find_convolution(graph, "layer1.0.conv3").weights, 256, 64);
  check_codes(find_convolution(graph, "layer1.1.conv3").weights);
}

TEST_CASE("what training scripts put around a state dictionary is taken away") {
  FakeCheckpoint checkpoint = make_checkpoint({TinyDialect::kPqf});
  std::map<std::string, FakeLeaf> prefixed;
  for (const auto& [key, leaf] : checkpoint.leaves) prefixed["module." + key] = leaf;
  checkpoint.leaves = prefixed;
  checkpoint.wrapped = true;
  CHECK(import_text(save_zip(checkpoint)).nodes.size() == 24);
}

TEST_CASE("a file that is not there or not a file is told apart") {
  CHECK(error_of([] { import_network("no/such/file.pth"); }).code ==
        bitdown::StatusCode::kNotFound);
  const Failure folder = error_of([] { import_network("."); });
  CHECK(folder.code == bitdown::StatusCode::kIoError);
  CHECK(folder.message == ".: not a regular file");
  const Failure text = error_of([] { import_text("n01440764\ttench\n"); });
  CHECK(text.code == bitdown::StatusCode::kUnsupported);
  CHECK(text.message == "tiny.pth: no PyTorch, safetensors or ONNX file");
  // The length of a safetensors header.
  const std::string start("\x40\x0c\0\0\0\0\0\0", 8);
  for (std::size_t length = 1; length <= start.size(); ++length) {
    const Failure cut = error_of([&] { import_text(start.substr(0, length)); });
    CHECK(cut.code == bitdown::StatusCode::kInvalidData);
    CHECK(cut.message == "tiny.pth: truncated: only " + std::to_string(length) + " bytes");
  }
}

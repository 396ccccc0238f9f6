// SPDX-License-Identifier: MIT
#include "report/size_report.h"

#include "builder/report/resnet_layers.h"
#include "doctest/doctest.h"
#include "schema/check.h"
#include "support/aligned_blob.h"
#include "support/tiny_network.h"
#include "writer/writer.h"

namespace bitdown::tests {
namespace {

using builder::DensePrecision;
using builder::LayerSize;
using builder::SizeReport;

SizeReport report(const builder::Graph& graph, DensePrecision precision) {
  AlignedBlob blob(write_blob(graph, precision));
  const auto model = schema::check(blob.bytes());
  REQUIRE(model.ok());
  return builder::size_report(**model, blob.bytes().size());
}

SizeReport resnet_report(const ResnetLayersOptions& options) {
  return report(resnet_layers(options), DensePrecision::kFloat16);
}

const ResnetLayersOptions kResnet18Small = {false, 9, 4, 256, 2048};
const ResnetLayersOptions kResnet50Small = {true, 9, 4, 128, 1024};
const ResnetLayersOptions kResnet50Large = {true, 18, 8, 64, 1024};

double megabytes(double bytes) {
  return bytes / (1024.0 * 1024.0);
}

TEST_CASE("the paper's sizes come out to the byte") {
  CHECK(resnet_report(kResnet18Small).paper.total() == 1615904);
  CHECK(resnet_report(kResnet50Small).paper.total() == 5338144);
  CHECK(resnet_report(kResnet50Large).paper.total() == 3338784);
  // "Permute, Quantize, and Fine-tune" gives layer1.0.conv1 twice the codewords.
  ResnetLayersOptions permuted = kResnet50Large;
  permuted.first_entries = 128;
  CHECK(resnet_report(permuted).paper.total() == 3338784 + 512 / 8 + 64 * 8 * 2);
}

TEST_CASE("the parts are those of the paper's accounting") {
  const SizeReport small = resnet_report(kResnet18Small);
  CHECK(megabytes(small.paper.codes) == doctest::Approx(1.3729).epsilon(1e-4));
  CHECK(megabytes(small.paper.codebooks) == doctest::Approx(0.0918).epsilon(1e-3));
  CHECK(megabytes(small.paper.other) == doctest::Approx(0.0763).epsilon(1e-3));
  // fp16 halves what the paper counts as fp32; codes and codebooks are stored as counted.
  CHECK(small.stored.codes == small.paper.codes);
  CHECK(small.stored.codebooks == small.paper.codebooks);
  CHECK(small.stored.other * 2 == small.paper.other);
  CHECK(static_cast<double>(small.bytes_file) > small.stored.total());
}

TEST_CASE("a K below 256 costs less on paper, a byte in the blob") {
  const SizeReport large = resnet_report(kResnet50Large);
  CHECK(large.stored.codes - large.paper.codes == 512 * 2 / 8);
}

TEST_CASE("rows describe layers in execution order") {
  const SizeReport tiny = report(tiny_network(), DensePrecision::kFloat32);
  REQUIRE(tiny.layers.size() == 8);

  const LayerSize& stem = tiny.layers[0];
  CHECK(stem.name == "conv1");
  CHECK(stem.shape == std::vector<std::uint32_t>{12, 3, 7, 7});
  CHECK(stem.entries == 0);
  CHECK(stem.block_size == 0);
  CHECK(stem.bits_per_weight == 32);
  CHECK(stem.bytes_stored == 4 * (12 * 147 + 12 + 12));

  const LayerSize& conv = tiny.layers[1];  // 11 rows of 6 codes.
  CHECK(conv.name == "layer1.0.conv1");
  CHECK(conv.shape == std::vector<std::uint32_t>{11, 12, 3, 3});
  CHECK(conv.entries == 256);
  CHECK(conv.block_size == 18);
  CHECK(conv.bytes_stored == 66 + 256 * 18 * 2 + 4 * 22);
  CHECK(conv.bits_per_weight == doctest::Approx(8.0 * (66 + 256 * 18 * 2) / (11 * 108)));

  const LayerSize& fc = tiny.layers[7];  // 37 rows of 5 codes of 10 bits.
  CHECK(fc.shape == std::vector<std::uint32_t>{37, 20});
  CHECK(fc.entries == 600);
  CHECK(fc.bytes_stored == 185 + (185 * 2 + 7) / 8 + 600 * 4 * 2 + 4 * 37);
}

TEST_CASE("rows add up to the stored total") {
  const SizeReport tiny = report(tiny_network(), DensePrecision::kFloat16);
  std::uint64_t sum = 0;
  for (const LayerSize& layer : tiny.layers) sum += layer.bytes_stored;
  CHECK(static_cast<double>(sum) == tiny.stored.total());
}

TEST_CASE("a dense network costs four bytes a number on paper") {
  TinyNetworkOptions options;
  options.dense = true;
  const SizeReport dense = report(tiny_network(options), DensePrecision::kFloat16);
  CHECK(dense.paper.codes == 0);
  CHECK(dense.paper.codebooks == 0);
  CHECK(dense.paper.total() == 2 * dense.stored.total());
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
// The released networks, which may not be part of the project: found through BITDOWN_DATA.
#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "doctest/doctest.h"
#include "importers/importer.h"
#include "reader/reader.h"
#include "schema/check.h"
#include "support/aligned_blob.h"

namespace {

using namespace bitdown::builder;

constexpr const char* kReleased[] = {"ktb-resnet18-small.pth", "pqf-resnet18-small.pth",
                                     "ktb-resnet50-large.pth", "pqf-resnet50-large.pth",
                                     "resnet18-float.pth"};

std::filesystem::path model_path(const char* file) {
  const char* data = std::getenv("BITDOWN_DATA");
  return std::filesystem::path(data != nullptr ? data : BITDOWN_DEFAULT_DATA) / "models" / file;
}

}  // namespace

TEST_CASE("the blobs of the released networks are reproduced byte by byte") {
  for (const char* file : kReleased) {
    CAPTURE(file);
    const Graph graph = import_network(model_path(file));
    for (const auto precision : {DensePrecision::kFloat16, DensePrecision::kFloat32}) {
      const std::vector<std::byte> bytes = write_blob(graph, precision);
      const bitdown::tests::AlignedBlob blob(bytes);
      const auto model = bitdown::schema::check(blob.bytes());
      REQUIRE(model.ok());
      const StoredNetwork stored = read_blob(**model);
      CHECK(stored.precision == precision);
      CHECK(write_blob(stored.graph, stored.precision) == bytes);
    }
  }
}

int main(int argc, char** argv) {
  for (const char* file : kReleased) {
    const std::filesystem::path path = model_path(file);
    if (std::filesystem::exists(path)) continue;
    std::printf("skipped: no %s; BITDOWN_DATA names the folder with models/\n", path.c_str());
    return 77;
  }
  return doctest::Context(argc, argv).run();
}

// SPDX-License-Identifier: MIT
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "doctest/doctest.h"
#include "model_generated.h"
#include "schema/check.h"
#include "support/aligned_blob.h"

namespace bitdown::tests {
namespace {

AlignedBlob read_golden(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return AlignedBlob(std::as_bytes(std::span(bytes)));
}

TEST_CASE("blobs of every format version so far are accepted") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(BITDOWN_GOLDEN_DIR)) {
    if (entry.path().extension() != ".bdn") continue;
    CAPTURE(entry.path().filename().string());
    AlignedBlob blob = read_golden(entry.path());
    const Status status = schema::check(blob.bytes()).status();
    CHECK_MESSAGE(status.ok(), status.where() << " " << status.message());
    ++count;
  }
  CHECK(count >= 2);
}

TEST_CASE("fields of version 1.0 are where they were") {
  AlignedBlob blob = read_golden(std::filesystem::path(BITDOWN_GOLDEN_DIR) / "v1.0.bdn");
  const auto checked = schema::check(blob.bytes());
  REQUIRE(checked.ok());
  const schema::Model& model = **checked;
  CHECK(model.version()->major() == 1);
  CHECK(model.version()->minor() == 0);
  REQUIRE(model.operators()->size() == 6);
  const schema::Convolution* conv = model.operators()->Get(2)->parameters_as_Convolution();
  REQUIRE(conv != nullptr);
  CHECK(conv->kernel_h() == 3);
  CHECK(conv->padding_w() == 1);
  CHECK(conv->activation() == schema::Activation::relu);
  const schema::Linear* fc = model.operators()->Get(4)->parameters_as_Linear();
  REQUIRE(fc != nullptr);
  CHECK(fc->weights_as_CodedWeights()->code_bits() == 9);
  CHECK(model.codebooks()->Get(1)->entries() == 300);
  CHECK(model.labels()->Get(2)->str() == "class 2");
}

TEST_CASE("version 1.1 has grey preprocessing") {
  AlignedBlob blob = read_golden(std::filesystem::path(BITDOWN_GOLDEN_DIR) / "v1.1.bdn");
  const auto checked = schema::check(blob.bytes());
  REQUIRE(checked.ok());
  const schema::Model& model = **checked;
  CHECK(model.version()->minor() == 1);
  CHECK(model.values()->Get(0)->shape()->Get(0) == 1);
  REQUIRE(model.preprocessing()->mean()->size() == 1);
  CHECK(model.preprocessing()->std()->Get(0) == 0.25f);
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include "quantize/state_file.h"

#include <cstdint>
#include <span>
#include <string>

#include "builder/importers/support/errors.h"
#include "doctest/doctest.h"
#include "state/sealed_file.h"
#include "support/folder.h"

namespace bitdown::tests {
namespace {

using builder::FinishedLayers;

FinishedLayers layers() {
  FinishedLayers finished;
  builder::LayerResult& first = finished[2];
  first.layer.weights = {2, 4, 2, {0.5f, 1, 2, -1}, {0, 1, 1, 0}};
  first.layer.scale = {1, 2};
  first.layer.shift = {3, 4};
  first.held_out = 0.25;
  finished[7].layer.weights = {1, 2, 2, {1, 2}, {0}};
  finished[7].ridge = 0.1;
  return finished;
}

void check_same(const FinishedLayers& a, const FinishedLayers& b) {
  REQUIRE(a.size() == b.size());
  for (const auto& [node, result] : a) {
    REQUIRE(b.contains(node));
    const builder::LayerResult& other = b.at(node);
    CHECK(result.layer.weights.rows == other.layer.weights.rows);
    CHECK(result.layer.weights.columns == other.layer.weights.columns);
    CHECK(result.layer.weights.block_size == other.layer.weights.block_size);
    CHECK(result.layer.weights.codebook == other.layer.weights.codebook);
    CHECK(result.layer.weights.codes == other.layer.weights.codes);
    CHECK(result.layer.scale == other.layer.scale);
    CHECK(result.layer.shift == other.layer.shift);
    CHECK(result.held_out == other.held_out);
    CHECK(result.ridge == other.ridge);
  }
}

TEST_CASE("layers come back as they were") {
  const Folder folder;
  const std::string file = folder / "x.partial";
  CHECK(builder::load_state(file, "print").empty());
  builder::save_state(file, "print", layers());
  check_same(builder::load_state(file, "print"), layers());
  builder::save_state(file, "print", {});
  CHECK(builder::load_state(file, "print").empty());
  CHECK(folder.file_count() == 1);
}

TEST_CASE("a file of another run, or one cut short, counts as none") {
  const Folder folder;
  const std::string file = folder / "x.partial";
  builder::save_state(file, "print", layers());
  CHECK(builder::load_state(file, "other").empty());
  const std::string good = read_file(file);
  folder.write("x.partial", good.substr(0, good.size() - 1));
  CHECK(builder::load_state(file, "print").empty());
  // Whole, but with more layers than its bytes hold.
  const std::uint64_t count = 2;
  builder::write_sealed(file, "print", std::as_bytes(std::span(&count, 1)));
  CHECK(builder::load_state(file, "print").empty());
}

TEST_CASE("a folder that is not there is named") {
  const Folder folder;
  const Failure failure =
      error_of([&] { builder::save_state(folder / "absent/x.partial", "print", layers()); });
  CHECK(failure.code == StatusCode::kIoError);
  CHECK(failure.says("absent/x.partial"));
}

}  // namespace
}  // namespace bitdown::tests

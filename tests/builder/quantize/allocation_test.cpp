// SPDX-License-Identifier: MIT
#include "quantize/allocation.h"

#include "doctest/doctest.h"
#include "support/random.h"

namespace bitdown::tests {
namespace {

using builder::allocate;
using builder::Choice;

std::uint64_t bytes_of(const std::vector<std::vector<Choice>>& layers,
                       const std::vector<std::size_t>& chosen) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) bytes += layers[i][chosen[i]].bytes;
  return bytes;
}

double error_of(const std::vector<std::vector<Choice>>& layers,
                const std::vector<std::size_t>& chosen) {
  double error = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) error += layers[i][chosen[i]].error;
  return error;
}

// The least error of all combinations within the budget, by trying them.
double least_error(const std::vector<std::vector<Choice>>& layers, std::uint64_t budget) {
  std::vector<std::size_t> chosen(layers.size());
  double least = 1e9;
  while (true) {
    if (bytes_of(layers, chosen) <= budget) least = std::min(least, error_of(layers, chosen));
    std::size_t layer = 0;
    while (layer < layers.size() && ++chosen[layer] == layers[layer].size()) chosen[layer++] = 0;
    if (layer == layers.size()) return least;
  }
}

TEST_CASE("bytes are those of codes and codebook as stored") {
  CHECK(builder::coded_bytes(512 * 9, 9, 256) == 512 + 256 * 9 * 2);
  CHECK(builder::coded_bytes(4000, 4, 1024) == 1250 + 1024 * 4 * 2);
  CHECK(builder::coded_bytes(4000, 4, 16) == 1000 + 16 * 4 * 2);  // Never below a byte a code.
}

TEST_CASE("bytes go where they lower the error most") {
  const std::vector<std::vector<Choice>> layers = {
      {{9, 256, 100, 0.10}, {9, 1024, 150, 0.05}},
      {{9, 256, 100, 0.50}, {9, 1024, 150, 0.10}},
  };
  CHECK_FALSE(allocate(layers, 199));
  CHECK(*allocate(layers, 200) == std::vector<std::size_t>{0, 0});
  CHECK(*allocate(layers, 250) == std::vector<std::size_t>{0, 1});
  CHECK(*allocate(layers, 300) == std::vector<std::size_t>{1, 1});
  CHECK(allocate({}, 0)->empty());
}

TEST_CASE("a larger choice that is worse is never taken") {
  const std::vector<std::vector<Choice>> layers = {{{4, 256, 10, 0.1}, {8, 1024, 20, 0.2}}};
  CHECK(*allocate(layers, 1000) == std::vector<std::size_t>{0});
}

TEST_CASE("within the budget, and near the best of all combinations") {
  CAPTURE(test_seed());
  Uniform uniform(test_seed());  // -1 to 1
  for (int round = 0; round < 50; ++round) {
    std::vector<std::vector<Choice>> layers(5);
    std::uint64_t least = 0;
    for (auto& choices : layers) {
      double error = 0.5 + static_cast<double>(uniform()) / 4;
      std::uint64_t bytes = 100;
      double fall = 0.5;
      for (int i = 0; i < 4; ++i) {
        choices.push_back({4, 256, bytes, error});
        bytes += 40;
        error *= fall;
        fall += 0.1;  // Ever more slowly.
      }
      least += 100;
    }
    const std::uint64_t budget = least + 40 * static_cast<std::uint64_t>(round % 16);
    const auto chosen = allocate(layers, budget);
    REQUIRE(chosen);
    CHECK(bytes_of(layers, *chosen) <= budget);
    // All steps cost the same here, so greedy is exact.
    CHECK(error_of(layers, *chosen) == doctest::Approx(least_error(layers, budget)));
  }
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include "quantize/positions.h"

#include <vector>

#include "doctest/doctest.h"
#include "support/random.h"
#include "support/tiny_network.h"

namespace bitdown::tests {
namespace {

float naive(const builder::Window& w, const std::vector<float>& x, std::size_t c, std::size_t ky,
            std::size_t kx, std::size_t oy, std::size_t ox) {
  const auto y = static_cast<std::ptrdiff_t>(oy * w.stride + ky) - std::ptrdiff_t{w.padding};
  const auto at = static_cast<std::ptrdiff_t>(ox * w.stride + kx) - std::ptrdiff_t{w.padding};
  if (y < 0 || at < 0 || y >= w.height || at >= w.width) return 0;
  return x[(c * w.height + static_cast<std::size_t>(y)) * w.width + static_cast<std::size_t>(at)];
}

TEST_CASE("rows of im2col are their definition for every layer of a network") {
  const builder::Graph graph = tiny_network({.height = 33, .width = 30, .dense = true});
  Uniform random(test_seed());
  for (const builder::Node& node : graph.nodes) {
    if (!std::holds_alternative<builder::Convolution>(node.op)) continue;
    CAPTURE(node.name);
    const builder::Window w = builder::window_of(graph, node);
    std::vector<float> x(std::size_t{w.channels} * w.height * w.width);
    for (float& value : x) value = random();
    std::vector<float> row(w.columns());
    for (std::size_t position = 0; position < w.positions(); ++position) {
      builder::gather_row(w, x, position, row.data());
      bool equal = true;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::size_t taps = std::size_t{w.kernel} * w.kernel;
        equal &= row[i] == naive(w, x, i / taps, i % taps / w.kernel, i % w.kernel,
                                 position / w.out_width, position % w.out_width);
      }
      CHECK(equal);
    }
  }
}

TEST_CASE("a linear layer has one row, its input") {
  const builder::Graph graph = tiny_network({.dense = true});
  for (const builder::Node& node : graph.nodes) {
    if (!std::holds_alternative<builder::Linear>(node.op)) continue;
    const builder::Window w = builder::window_of(graph, node);
    CHECK(w.positions() == 1);
    std::vector<float> x(w.columns());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
    std::vector<float> row(x.size());
    builder::gather_row(w, x, 0, row.data());
    CHECK(row == x);
  }
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include "quantize/probe.h"

#include "builder/importers/support/errors.h"
#include "builder/quantize/support/built.h"
#include "doctest/doctest.h"

namespace bitdown::tests {
namespace {

using builder::Recipe;

Recipe fitted(std::uint64_t bytes, const Recipe& recipe = quick_recipe()) {
  Noise noise(40, {3, 17});
  return builder::fit_to_size(tiny_network({.dense = true}), recipe, bytes, noise, 2,
                              [](double, const std::string&) {});
}

TEST_CASE("a blob has the size that was asked for, and no more error when it may be larger") {
  CAPTURE(test_seed());
  const std::string needed = error_of([] { fitted(1000); }).message;
  CHECK(needed.find("too small; ") != std::string::npos);
  const double least = std::stod(needed.substr(needed.find("too small; ") + 11));
  double before = 1e9;
  for (const double factor : {1.02, 1.3, 2.0}) {
    const auto bytes = static_cast<std::uint64_t>(factor * least * (1 << 20));
    CAPTURE(bytes);
    const Recipe recipe = fitted(bytes);
    double errors = 0;
    builder::QuantizeHooks hooks;
    hooks.finished = [&](const builder::LayerProgress& layer) { errors += layer.result.held_out; };
    CHECK(built(recipe, 2, {}, hooks).size() <= bytes);
    CHECK(errors <= before);
    before = errors;
  }
}

TEST_CASE("layers that the recipe names stay, and progress ends at 1") {
  Recipe recipe = quick_recipe();
  recipe.layers["fc"] = {5, 16, false};
  Noise noise(40);
  double share = 0;
  const Recipe fit = builder::fit_to_size(tiny_network({.dense = true}), recipe, 1 << 20, noise, 1,
                                          [&](double done, const std::string& layer) {
                                            CHECK(done > share);
                                            CHECK_FALSE(layer.empty());
                                            share = done;
                                          });
  CHECK(share == doctest::Approx(1));
  CHECK(fit.layers.at("fc").block_size == 5);
  CHECK(fit.layers.at("fc").entries == 16);
  CHECK(fit.layers.size() > 5);
}

TEST_CASE("the number of threads changes no choice") {
  const Recipe two = fitted(60'000);
  Noise noise(40, {3, 17});
  const Recipe one = builder::fit_to_size(tiny_network({.dense = true}), quick_recipe(), 60'000,
                                          noise, 1, [](double, const std::string&) {});
  REQUIRE(one.layers.size() == two.layers.size());
  for (const auto& [name, layer] : one.layers) {
    CHECK(two.layers.at(name).block_size == layer.block_size);
    CHECK(two.layers.at(name).entries == layer.entries);
  }
}

}  // namespace
}  // namespace bitdown::tests

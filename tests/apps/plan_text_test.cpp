// SPDX-License-Identifier: MIT
#include "bitdown/plan_text.h"

#include <array>

#include "doctest/doctest.h"

namespace bitdown::apps {
namespace {

const PlanKey kOne(1, "avx2", true, 1, "cpu");
const PlanKey kTwo(1, "avx2", true, 2, "cpu");
const PlanKey kOtherModel(2, "avx2", true, 1, "cpu");
constexpr std::array<LayerTimes, 3> kTimes = {{{0, 0, 0, 0}, {30, 20, 25, 15}, {10, 0, 9, 0}}};

LayerTimes read(std::string_view text, const PlanKey& key, std::size_t layer) {
  std::array<LayerPlan, 3> layers;
  CHECK(read_plan(text, key, layers).ok());
  return layers[layer].measured;
}

TEST_CASE("what was measured comes back") {
  const std::string text = plan_text("", kOne, kTimes);
  CHECK(read(text, kOne, 0).decode == 0);
  CHECK(read(text, kOne, 1).decode == 30);
  CHECK(read(text, kOne, 1).table == 20);
  CHECK(read(text, kOne, 1).expanded == 25);
  CHECK(read(text, kOne, 1).winograd == 15);
  CHECK(read(text, kOne, 2).decode == 10);
  CHECK(read(text, kOne, 2).table == 0);
}

TEST_CASE("a new section replaces its own old one and leaves the model's others") {
  const std::array<LayerTimes, 1> first = {{{5, 6, 7, 8}}};
  std::string text = plan_text(plan_text("", kOne, first), kTwo, first);
  text = plan_text(text, kOne, kTimes);
  CHECK(read(text, kOne, 0).decode == 0);
  CHECK(read(text, kOne, 1).decode == 30);
  CHECK(read(text, kTwo, 0).table == 6);
}

TEST_CASE("sections of another model and damaged files are dropped") {
  const std::array<LayerTimes, 1> first = {{{5, 6, 7, 8}}};
  const std::string alone = plan_text("", kOne, kTimes);
  const std::string other = plan_text("", kOtherModel, first);
  CHECK(plan_text(other, kOne, kTimes) == alone);
  const std::string sound = plan_text("", kTwo, first);
  CHECK(plan_text(sound + "nonsense\n", kOne, kTimes) == alone);
  CHECK(plan_text(sound.substr(0, sound.size() - 1), kOne, kTimes) == alone);
  CHECK(plan_text("no plan at all", kOne, kTimes) == alone);
  CHECK(plan_text("bitdown plan 1\n", kOne, kTimes) == alone);
}

}  // namespace
}  // namespace bitdown::apps

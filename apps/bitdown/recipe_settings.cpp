// SPDX-License-Identifier: MIT
#include "bitdown/recipe_settings.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <stdexcept>
#include <type_traits>
#include <variant>

namespace bitdown::apps {
namespace {

using builder::Recipe;

using Field =
    std::variant<bool Recipe::*, unsigned Recipe::*, std::size_t Recipe::*, double Recipe::*>;

struct Setting {
  const char* name;
  Field field;
  SettingLimits limits;
};

constexpr Setting kSettings[] = {
    {"rows", &Recipe::rows, {100, 1e7, true}},
    {"held-rows", &Recipe::held_rows, {10, 1e6, true}},
    {"views", &Recipe::views, {1, 2, true}},
    {"sequential", &Recipe::sequential, {0, 1, true}},
    {"regression", &Recipe::regression, {0, 1, true}},
    {"residual", &Recipe::residual, {0, 1, true}},
    {"kmeans-iterations", &Recipe::kmeans_iterations, {0, 1e4, true}},
    {"rounds", &Recipe::rounds, {0, 1e4, true}},
    {"cg-iterations", &Recipe::cg_iterations, {0, 1e4, true}},
    {"damping", &Recipe::damping, {0, 1e3, false}},
    {"normalize", &Recipe::normalize, {0, 1, true}},
    {"coupling", &Recipe::coupling, {0, 1, true}},
    {"output-damping", &Recipe::output_damping, {0, 1e3, false}},
    {"together", &Recipe::together, {0, 1, false}},
    {"shrink", &Recipe::shrink, {0, 1, false}},
};

constexpr const char* kMethods[] = {"covariance", "em", "src", "kmeans"};
constexpr const char* kRegimes[] = {"small", "large"};

// The enumerator whose name stands at its place in `names`.
template <typename Enum, std::size_t kCount>
Enum named(const std::string& name, const char* const (&names)[kCount]) {
  const auto* found = std::find(std::begin(names), std::end(names), name);
  if (found == std::end(names)) throw std::out_of_range(name);
  return static_cast<Enum>(found - std::begin(names));
}

const Setting* find(const std::string& name) {
  const auto* found = std::find_if(std::begin(kSettings), std::end(kSettings),
                                   [&](const Setting& setting) { return name == setting.name; });
  return found == std::end(kSettings) ? nullptr : found;
}

double value_of(const Setting& setting, const Recipe& recipe) {
  return std::visit([&](auto field) { return static_cast<double>(recipe.*field); }, setting.field);
}

std::string text_of(const builder::LayerOverride& change) {
  if (change.keep) return "keep";
  return "d=" + std::to_string(change.block_size) + ",K=" + std::to_string(change.entries);
}

}  // namespace

bool SettingLimits::allow(double value) const {
  return value >= least && value <= largest && (!whole || value == std::floor(value));
}

std::string SettingLimits::text() const {
  return std::string(whole ? "whole " : "") + "number from " + std::to_string(std::llround(least)) +
         " to " + std::to_string(std::llround(largest));
}

std::string setting_names() {
  std::string text;
  for (const Setting& setting : kSettings) {
    text += (text.empty() ? "" : ", ") + std::string(setting.name);
  }
  return text;
}

std::optional<SettingLimits> setting_limits(const std::string& name) {
  const Setting* setting = find(name);
  return setting == nullptr ? std::nullopt : std::optional(setting->limits);
}

void apply_setting(const std::string& name, double value, Recipe& recipe) {
  std::visit(
      [&](auto field) {
        using T = std::remove_reference_t<decltype(recipe.*field)>;
        recipe.*field = static_cast<T>(value);
      },
      find(name)->field);
}

std::vector<std::string> method_names() {
  return {std::begin(kMethods), std::end(kMethods)};
}

std::vector<std::string> regime_names() {
  return {std::begin(kRegimes), std::end(kRegimes)};
}

builder::Method method_of(const std::string& name) {
  return named<builder::Method>(name, kMethods);
}

builder::Regime regime_of(const std::string& name) {
  return named<builder::Regime>(name, kRegimes);
}

std::string text_of(const Recipe& recipe) {
  std::string text = kMethods[static_cast<std::size_t>(recipe.method)];
  text += std::string(" ") + kRegimes[static_cast<std::size_t>(recipe.regime)];
  text += " seed=" + std::to_string(recipe.seed) + " entries=" + std::to_string(recipe.entries);
  for (const Setting& setting : kSettings) {
    char number[32];
    std::snprintf(number, sizeof number, "%.9g", value_of(setting, recipe));
    text += " " + std::string(setting.name) + "=" + number;
  }
  for (const auto& [name, change] : recipe.layers) text += " " + name + ":" + text_of(change);
  return text;
}

}  // namespace bitdown::apps

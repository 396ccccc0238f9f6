// SPDX-License-Identifier: MIT
#include "bitdown/recipe_settings.h"

#include <algorithm>
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
  double largest;
};

constexpr Setting kSettings[] = {
    {"rows", &Recipe::rows, 1e7},
    {"held-rows", &Recipe::held_rows, 1e6},
    {"views", &Recipe::views, 2},
    {"regression", &Recipe::regression, 1},
    {"residual", &Recipe::residual, 1},
    {"kmeans-iterations", &Recipe::kmeans_iterations, 1e4},
    {"rounds", &Recipe::rounds, 1e4},
    {"cg-iterations", &Recipe::cg_iterations, 1e4},
    {"damping", &Recipe::damping, 1e3},
    {"normalize", &Recipe::normalize, 1},
    {"importance", &Recipe::importance, 10},
    {"shrink", &Recipe::shrink, 1},
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

std::string setting_names() {
  std::string text;
  for (const Setting& setting : kSettings) {
    text += (text.empty() ? "" : ", ") + std::string(setting.name);
  }
  return text;
}

std::optional<double> setting_limit(const std::string& name) {
  const Setting* setting = find(name);
  return setting == nullptr ? std::nullopt : std::optional(setting->largest);
}

void apply_setting(const std::string& name, double value, Recipe& recipe) {
  std::visit(
      [&](auto field) {
        using T = std::remove_reference_t<decltype(recipe.*field)>;
        recipe.*field = static_cast<T>(value);
      },
      find(name)->field);
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

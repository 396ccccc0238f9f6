// SPDX-License-Identifier: MIT
#include "bitdown/recipe_flags.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <variant>

#include "bitdown/failure.h"

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

[[noreturn]] void fail(const std::string& setting, const std::string& what) {
  throw Failure(ExitCode::kUsage, "--set " + setting + ": " + what + " (--help explains)");
}

std::string names() {
  std::string text;
  for (const Setting& setting : kSettings) {
    text += (text.empty() ? "" : ", ") + std::string(setting.name);
  }
  return text;
}

void apply(const std::string& text, Recipe& recipe) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  for (const Setting& setting : kSettings) {
    if (name != setting.name) continue;
    if (equals == std::string::npos) fail(text, "needs NAME=VALUE");
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + equals + 1, end, value);
    if (read.ec != std::errc() || read.ptr != end || !(value >= 0 && value <= setting.largest)) {
      fail(text, "must be a number from 0 to " + std::to_string(std::llround(setting.largest)));
    }
    std::visit(
        [&](auto field) {
          using T = std::remove_reference_t<decltype(recipe.*field)>;
          recipe.*field = static_cast<T>(value);
        },
        setting.field);
    return;
  }
  fail(text, "there are " + names());
}

}  // namespace

void RecipeFlags::add_to(CLI::App& verb) {
  verb.add_option("--regime", regime_,
                  "Block sizes and codebooks of the paper: small, or large\n"
                  "blocks for a smaller blob")
      ->check(CLI::IsMember({"small", "large"}))
      ->capture_default_str();
  verb.add_option("--method", method_,
                  "covariance: least error of the layers' outputs; em: the paper's\n"
                  "activation-weighted EM; src: annealed k-means of the weights")
      ->check(CLI::IsMember({"covariance", "em", "src"}))
      ->capture_default_str();
  verb.add_option("--seed", seed_, "Of all random choices")->capture_default_str();
  verb.add_option("--set", settings_, "NAME=VALUE, for experiments: " + names());
}

builder::Recipe RecipeFlags::recipe() const {
  Recipe recipe;
  recipe.method = method_ == "em"    ? builder::Method::kEm
                  : method_ == "src" ? builder::Method::kSrc
                                     : builder::Method::kCovariance;
  recipe.regime = regime_ == "large" ? builder::Regime::kLarge : builder::Regime::kSmall;
  recipe.seed = seed_;
  for (const std::string& setting : settings_) apply(setting, recipe);
  return recipe;
}

std::string text_of(const Recipe& recipe) {
  constexpr const char* kMethods[] = {"covariance", "em", "src"};
  std::string text = kMethods[static_cast<std::size_t>(recipe.method)];
  text += recipe.regime == builder::Regime::kLarge ? " large" : " small";
  text += " seed=" + std::to_string(recipe.seed);
  for (const Setting& setting : kSettings) {
    const double value =
        std::visit([&](auto field) { return static_cast<double>(recipe.*field); }, setting.field);
    char number[32];
    std::snprintf(number, sizeof number, "%.9g", value);
    text += " " + std::string(setting.name) + "=" + number;
  }
  return text;
}

}  // namespace bitdown::apps

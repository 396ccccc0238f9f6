// SPDX-License-Identifier: MIT
#include "bitdown/recipe_flags.h"

#include <CLI/CLI.hpp>
#include <charconv>

#include "bitdown/failure.h"
#include "bitdown/recipe_file.h"
#include "bitdown/recipe_settings.h"

namespace bitdown::apps {
namespace {

[[noreturn]] void fail(const std::string& setting, const std::string& what) {
  throw Failure(ExitCode::kUsage, "--set " + setting + ": " + what + " (--help explains)");
}

// NAME=VALUE
void apply(const std::string& text, builder::Recipe& recipe) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const std::optional<SettingLimits> limits = setting_limits(name);
  if (!limits) fail(text, "there are " + setting_names());
  if (equals == std::string::npos) fail(text, "needs NAME=VALUE");
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + equals + 1, end, value);
  if (read.ec != std::errc() || read.ptr != end || !limits->allow(value)) {
    fail(text, "must be a " + limits->text());
  }
  apply_setting(name, value, recipe);
}

}  // namespace

void RecipeFlags::add_to(CLI::App& verb) {
  verb.add_option(
      "--recipe", file_,
      "A .json file of what follows and of single layers:\n"
      "{\"regime\": \"large\", \"layers\": {\"fc\": {\"block_size\": 4, \"entries\": 1024},\n"
      " \"layer1.0.conv1\": {\"keep\": true}}}");
  verb.add_option("--regime", regime_,
                  "Block sizes and codebooks of the paper: small (default), or large\n"
                  "blocks for a smaller blob")
      ->check(CLI::IsMember(regime_names()));
  verb.add_option("--entries", entries_, "Codewords of a convolution (default: 256, a byte a code)")
      ->check(CLI::Range(2, 2048));
  verb.add_option(
          "--method", method_,
          "covariance (default): least error of the layers' outputs; em: the paper's\n"
          "activation-weighted EM; src: annealed k-means of the weights; kmeans: plain k-means")
      ->check(CLI::IsMember(method_names()));
  verb.add_option("--seed", seed_, "Of all random choices (default: 0)");
  verb.add_option("--set", settings_, "NAME=VALUE, for experiments: " + setting_names());
}

builder::Recipe RecipeFlags::recipe() const {
  builder::Recipe recipe;
  if (!file_.empty()) recipe = read_recipe(file_);
  if (!method_.empty()) recipe.method = method_of(method_);
  if (!regime_.empty()) recipe.regime = regime_of(regime_);
  if (entries_) recipe.entries = *entries_;
  if (seed_) recipe.seed = *seed_;
  for (const std::string& setting : settings_) apply(setting, recipe);
  return recipe;
}

}  // namespace bitdown::apps

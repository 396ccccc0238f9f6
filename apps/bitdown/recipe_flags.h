// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "quantize/recipe.h"

namespace CLI {
class App;
}

namespace bitdown::apps {

/// How to quantize: --method, --regime, --seed and --set NAME=VALUE for what experiments change.
class RecipeFlags {
 public:
  void add_to(CLI::App& verb);

  /// Throws Failure(kUsage) for a --set that makes no sense.
  builder::Recipe recipe() const;

 private:
  std::string method_ = "covariance";
  std::string regime_ = "small";
  std::uint64_t seed_ = 0;
  std::vector<std::string> settings_;
};

/// All of a recipe in one line: what a result depends on.
std::string text_of(const builder::Recipe& recipe);

}  // namespace bitdown::apps

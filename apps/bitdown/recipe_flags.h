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

  /// All of it in one line.
  std::string text() const;

 private:
  std::string method_ = "covariance";
  std::string regime_ = "small";
  std::uint64_t seed_ = 0;
  std::vector<std::string> settings_;
};

}  // namespace bitdown::apps

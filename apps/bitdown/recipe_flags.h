// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "quantize/recipe.h"

namespace CLI {
class App;
}

namespace bitdown::apps {

/// How to quantize: --recipe FILE, and flags that have the last word: --method, --regime,
/// --entries, --seed and --set NAME=VALUE for what experiments change.
class RecipeFlags {
 public:
  void add_to(CLI::App& verb);

  /// Throws Failure: what read_recipe() throws, kUsage for a --set that makes no sense.
  builder::Recipe recipe() const;

 private:
  std::string file_;
  std::string method_;
  std::string regime_;
  std::optional<std::uint32_t> entries_;
  std::optional<std::uint64_t> seed_;
  std::vector<std::string> settings_;
};

}  // namespace bitdown::apps

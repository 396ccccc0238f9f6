// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

#include "quantize/recipe.h"

namespace bitdown::apps {

/// The numbers of a recipe that experiments change, by name, for flags and files.

/// "rows, held-rows, ...".
std::string setting_names();

/// The largest value that setting `name` may have (the least is 0), or nothing when there is no
/// such setting.
std::optional<double> setting_limit(const std::string& name);

/// `name` exists and `value` is within its limits.
void apply_setting(const std::string& name, double value, builder::Recipe& recipe);

/// "covariance", "em", "src", "kmeans"; "small", "large". Throw std::out_of_range for others.
builder::Method method_of(const std::string& name);
builder::Regime regime_of(const std::string& name);

/// All of a recipe in one line: what a result depends on.
std::string text_of(const builder::Recipe& recipe);

}  // namespace bitdown::apps

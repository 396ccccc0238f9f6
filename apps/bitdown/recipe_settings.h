// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "quantize/recipe.h"

namespace bitdown::apps {

/// The numbers of a recipe that experiments change, by name, for flags and files.

/// "rows, held-rows, ...".
std::string setting_names();

/// What values a setting may have.
struct SettingLimits {
  double least = 0;
  double largest = 0;
  bool whole = false;  ///< No fractions.

  bool allow(double value) const;
  std::string text() const;  ///< "whole number from 0 to 10".
};

/// Those of setting `name`, or nothing when there is no such setting.
std::optional<SettingLimits> setting_limits(const std::string& name);

/// `name` exists and `value` is within its limits.
void apply_setting(const std::string& name, double value, builder::Recipe& recipe);

std::vector<std::string> method_names();
std::vector<std::string> regime_names();

/// Those with these names. Throw std::out_of_range for others.
builder::Method method_of(const std::string& name);
builder::Regime regime_of(const std::string& name);

/// All of a recipe in one line: what a result depends on.
std::string text_of(const builder::Recipe& recipe);

}  // namespace bitdown::apps

// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "quantize/recipe.h"

namespace bitdown::apps {

/// A JSON object with any of "method", "regime", "entries", "seed", "settings" (names as for --set,
/// with numbers) and "layers" (by name; any of "block_size", "entries", "keep"). Throws Failure:
/// kInputMissing, or kInputInvalid with the file's name and what is wrong, unknown keys included.
builder::Recipe read_recipe(const std::string& path);

}  // namespace bitdown::apps

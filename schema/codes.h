// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "model_generated.h"

namespace bitdown::schema {

/// Whether each of the `count` codes of `weights` is below `entries`. The vectors must have the
/// lengths that `count` and code_bits (8 to 16) imply.
bool codes_below(const CodedWeights& weights, std::uint64_t count, std::uint32_t entries);

}  // namespace bitdown::schema

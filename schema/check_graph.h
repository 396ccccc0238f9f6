// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "bitdown/status.h"
#include "model_generated.h"

namespace bitdown::schema {

/// Counts, shapes, sizes and ranges of the values.
Status check_values(const Model& model);

/// That indices of values exist, operators stand in execution order, every value is either a
/// model input or written by exactly one operator, and outputs are written. After it and
/// check_values, indices in inputs and outputs may be followed blindly.
Status check_order(const Model& model);

/// Elements of a checked value.
std::uint64_t element_count(const Value& value);

}  // namespace bitdown::schema

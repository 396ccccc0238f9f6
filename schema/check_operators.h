// SPDX-License-Identifier: MIT
#pragma once

#include "bitdown/status.h"
#include "model_generated.h"
#include "schema/check_bulk.h"

namespace bitdown::schema {

/// That each operator's parameters, weights and the shapes of its inputs and outputs fit together.
/// Requires check_values, check_order and `bulk`.check_codebooks.
Status check_operators(const Model& model, BulkChecker& bulk);

}  // namespace bitdown::schema

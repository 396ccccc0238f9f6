// SPDX-License-Identifier: MIT
#pragma once

#include "bitdown/status.h"
#include "model_generated.h"
#include "schema/check_bulk.h"

namespace bitdown::schema {

/// What describes the network rather than executes: preprocessing, labels, provenance, golden pair.
/// Requires check_values and check_order.
Status check_description(const Model& model, BulkChecker& bulk);

}  // namespace bitdown::schema

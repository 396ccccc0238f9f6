// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "bitdown/plan.h"
#include "bitdown/status.h"
#include "core/plan_file.h"
#include "ops/plan_context.h"

namespace bitdown {

/// Chooses the algorithm of every operator of context.model. `wanted` is that of all layers, or
/// kDefault: then the faster one by the measured times that `layers` come with, where both are
/// known, else by the predicted times. kTable also has to make up for its rounding, by kTableGain.
/// context.algorithm is not looked at.
Status plan_layers(const PlanContext& context, Algorithm wanted, std::span<LayerPlan> layers);

/// What a table may take of the time of decoding at most. Near ties go to exact sums.
constexpr double kTableGain = 0.98;

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string_view>

#include "bitdown/plan.h"
#include "bitdown/status.h"
#include "core/plan_file.h"
#include "ops/plan_context.h"

namespace bitdown {

/// What decides besides times.
struct LayerWishes {
  Algorithm algorithm = Algorithm::kDefault;  ///< Of all layers, or the fastest.
  std::uint64_t memory_budget = 0;            ///< Bytes for expanded layers.
};

/// Chooses the algorithm of every operator of context.model: the faster of kDecode and kTable, or
/// in float32 of kDecode and kWinograd, by the measured times that `layers` come with, where they
/// are known, else by the predicted times. kTable also has to make up for its rounding, by
/// kTableGain. Then kExpanded for layers that it saves time, in the order of time saved by byte,
/// each if what is left of the budget holds it. `order` is working memory, as long as `layers`.
/// context.algorithm is not looked at.
Status plan_layers(const PlanContext& context, const LayerWishes& wishes,
                   std::span<LayerPlan> layers, std::span<std::uint32_t> order);

/// What a table may take of the time of decoding at most. Near ties go to exact sums.
constexpr double kTableGain = 0.98;

}  // namespace bitdown

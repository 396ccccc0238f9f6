// SPDX-License-Identifier: MIT
#include "core/layer_plan.h"

#include <algorithm>
#include <numeric>

#include "ops/registry.h"

namespace bitdown {
namespace {

// The measured times, if what can be chosen is among them.
const LayerTimes& times_of(const LayerPlan& layer) {
  const LayerTimes& measured = layer.measured;
  const LayerTimes& possible = layer.predicted;
  const bool known = measured.decode != 0 && (measured.table != 0 || possible.table == 0) &&
                     (measured.winograd != 0 || possible.winograd == 0);
  return known ? measured : possible;
}

Algorithm choose(Algorithm wanted, const LayerPlan& layer) {
  const LayerTimes& possible = layer.predicted;
  if (possible.decode == 0) return Algorithm::kDefault;
  const LayerTimes& times = times_of(layer);
  const bool any = wanted == Algorithm::kDefault;
  if (possible.table != 0) {  // 8-bit.
    const double most = kTableGain * static_cast<double>(times.decode);
    const bool gains = static_cast<double>(times.table) < most;
    if (wanted == Algorithm::kTable || (any && gains)) return Algorithm::kTable;
  }
  if (possible.winograd != 0) {  // float32.
    const bool gains = times.winograd < times.decode;
    if (wanted == Algorithm::kWinograd || (any && gains)) return Algorithm::kWinograd;
  }
  return Algorithm::kDecode;
}

// Nanoseconds that a byte saves where kExpanded replaces the chosen algorithm; 0: none.
double gain(Algorithm wanted, const LayerPlan& layer) {
  if (layer.expanded_bytes == 0) return 0.0;
  const LayerTimes& times = times_of(layer);
  const auto bytes = static_cast<double>(layer.expanded_bytes);
  const std::uint64_t now = layer.algorithm == Algorithm::kTable ? times.table : times.decode;
  if (wanted == Algorithm::kExpanded) return static_cast<double>(now) / bytes;  // It need not gain.
  if (times.expanded == 0 || times.expanded >= now) return 0.0;
  return static_cast<double>(now - times.expanded) / bytes;
}

void expand(const LayerWishes& wishes, std::span<LayerPlan> layers,
            std::span<std::uint32_t> order) {
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const double gain_a = gain(wishes.algorithm, layers[a]);
    const double gain_b = gain(wishes.algorithm, layers[b]);
    return gain_a != gain_b ? gain_a > gain_b : a < b;
  });
  std::uint64_t left = wishes.memory_budget;
  for (const std::uint32_t index : order) {
    LayerPlan& layer = layers[index];
    if (gain(wishes.algorithm, layer) <= 0.0) break;
    if (layer.expanded_bytes > left) continue;
    layer.algorithm = Algorithm::kExpanded;
    left -= layer.expanded_bytes;
  }
}

}  // namespace

Status plan_layers(const PlanContext& context, const LayerWishes& wishes,
                   std::span<LayerPlan> layers, std::span<std::uint32_t> order) {
  std::size_t index = 0;
  for (const schema::Operator* op : *context.model.operators()) {
    LayerPlan& layer = layers[index++];
    BITDOWN_ASSIGN_OR_RETURN(const Step step, plan_operator(context, *op));
    std::visit([&](const auto& s) { predict(s, context, layer); }, step);
    layer.algorithm = choose(wishes.algorithm, layer);
  }
  const bool may_expand =
      wishes.algorithm == Algorithm::kDefault || wishes.algorithm == Algorithm::kExpanded;
  if (may_expand && wishes.memory_budget > 0) expand(wishes, layers, order);
  return {};
}

}  // namespace bitdown

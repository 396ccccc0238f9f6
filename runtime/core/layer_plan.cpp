// SPDX-License-Identifier: MIT
#include "core/layer_plan.h"

#include "ops/registry.h"

namespace bitdown {
namespace {

Algorithm faster(const LayerTimes& times) {
  const double most = kTableGain * static_cast<double>(times.decode);
  return static_cast<double>(times.table) < most ? Algorithm::kTable : Algorithm::kDecode;
}

Algorithm choose(Algorithm wanted, const LayerPlan& layer) {
  if (layer.predicted.decode == 0) return Algorithm::kDefault;
  if (layer.predicted.table == 0) return Algorithm::kDecode;
  if (wanted != Algorithm::kDefault) return wanted;
  const bool known = layer.measured.decode != 0 && layer.measured.table != 0;
  return faster(known ? layer.measured : layer.predicted);
}

}  // namespace

Status plan_layers(const PlanContext& context, Algorithm wanted, std::span<LayerPlan> layers) {
  std::size_t index = 0;
  for (const schema::Operator* op : *context.model.operators()) {
    LayerPlan& layer = layers[index++];
    BITDOWN_ASSIGN_OR_RETURN(const Step step, plan_operator(context, *op));
    layer.predicted = std::visit([&](const auto& s) { return predict(s, context); }, step);
    layer.algorithm = choose(wanted, layer);
  }
  return {};
}

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#include "ops/global_average_pool.h"

#include "kernels/pool/pool.h"
#include "ops/registry.h"

namespace bitdown {

Result<Step> plan_global_average_pool(const PlanContext& context, const schema::Operator& op) {
  const std::uint32_t x = op.inputs()->Get(0);
  const flatbuffers::Vector<std::uint32_t>& shape = context.shape(x);
  GlobalAveragePoolStep step;
  step.channels = shape.Get(0);
  step.plane = std::size_t{shape.Get(1)} * shape.Get(2);
  step.layout = context.values.layouts[x];
  step.element = context.values.elements[x];
  step.x = context.data<void>(x);
  step.y = context.data(op.outputs()->Get(0));
  return Step(step);
}

std::uint64_t scratch_bytes(const GlobalAveragePoolStep&) {
  return 0;
}

const char* algorithm(const GlobalAveragePoolStep&) {
  return "pool";
}

std::uint64_t macs(const GlobalAveragePoolStep&) {
  return 0;
}

void run(const GlobalAveragePoolStep& step, const Workspace&) {
  const auto* x = static_cast<const float*>(step.x);
  if (step.element.eight_bit) {
    kernels::global_average_pool(static_cast<const std::uint8_t*>(step.x), step.channels,
                                 step.plane, step.element.grid.step, step.element.grid.zero,
                                 step.y);
  } else if (step.layout == Layout::kPlanar) {
    kernels::global_average_pool(x, step.channels, step.plane, step.y);
  } else {
    kernels::global_average_pool_interleaved(x, step.channels, step.plane, step.y);
  }
}

}  // namespace bitdown

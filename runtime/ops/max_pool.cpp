// SPDX-License-Identifier: MIT
#include "ops/max_pool.h"

#include "kernels/pool/pool.h"
#include "ops/registry.h"
#include "ops/window.h"

namespace bitdown {

Result<Step> plan_max_pool(const PlanContext& context, const schema::Operator& op) {
  const std::uint32_t x = op.inputs()->Get(0);
  const std::uint32_t y = op.outputs()->Get(0);
  MaxPoolStep step;
  step.window = make_window(*op.parameters_as_MaxPool(), context.shape(x), context.shape(y));
  step.layout = context.values.layouts[y];
  step.eight_bit = context.values.elements[y].eight_bit;
  step.x = context.data<void>(x);
  step.y = context.data<void>(y);
  return Step(step);
}

std::uint64_t scratch_bytes(const MaxPoolStep& step) {
  return kernels::max_pool_scratch<float>(step.window);
}

const char* algorithm(const MaxPoolStep&) {
  return "pool";
}

std::uint64_t macs(const MaxPoolStep&) {
  return 0;
}

void run(const MaxPoolStep& step, std::byte* scratch) {
  const auto* x = static_cast<const float*>(step.x);
  auto* y = static_cast<float*>(step.y);
  if (step.eight_bit) {
    kernels::max_pool(step.window, static_cast<const std::uint8_t*>(step.x),
                      static_cast<std::uint8_t*>(step.y), scratch);
  } else if (step.layout == Layout::kPlanar) {
    kernels::max_pool(step.window, x, y, scratch);
  } else {
    kernels::max_pool_interleaved(step.window, x, y);
  }
}

}  // namespace bitdown

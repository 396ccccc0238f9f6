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
  step.x = context.data(x);
  step.y = context.data(y);
  return Step(step);
}

std::size_t scratch_bytes(const MaxPoolStep& step) {
  return step.layout == Layout::kPlanar ? kernels::max_pool_scratch(step.window) : 0;
}

const char* algorithm(const MaxPoolStep&) {
  return "pool";
}

std::uint64_t macs(const MaxPoolStep&) {
  return 0;
}

void run(const MaxPoolStep& step, std::byte* scratch) {
  if (step.layout == Layout::kPlanar) {
    kernels::max_pool(step.window, step.x, step.y, scratch);
  } else {
    kernels::max_pool_interleaved(step.window, step.x, step.y);
  }
}

}  // namespace bitdown

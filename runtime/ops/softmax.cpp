// SPDX-License-Identifier: MIT
#include "ops/softmax.h"

#include "kernels/softmax/softmax.h"
#include "ops/registry.h"

namespace bitdown {

Result<Step> plan_softmax(const PlanContext& context, const schema::Operator& op) {
  const std::uint32_t x = op.inputs()->Get(0);
  return Step(
      SoftmaxStep{context.shape(x).Get(0), context.data(x), context.data(op.outputs()->Get(0))});
}

std::uint64_t scratch_bytes(const SoftmaxStep&) {
  return 0;
}

const char* algorithm(const SoftmaxStep&) {
  return "softmax";
}

std::uint64_t macs(const SoftmaxStep&) {
  return 0;
}

void run(const SoftmaxStep& step, const Workspace&) {
  kernels::softmax(step.x, step.count, step.y);
}

}  // namespace bitdown

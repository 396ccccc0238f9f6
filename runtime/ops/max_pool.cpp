// SPDX-License-Identifier: MIT
#include "ops/max_pool.h"

#include "kernels/pool/pool.h"
#include "ops/registry.h"
#include "ops/window.h"

namespace bitdown {
namespace {

// Planar channels are independent: each thread takes some.
template <typename T>
void run_planar(const MaxPoolStep& step, const Workspace& workspace) {
  workspace.share_out([&step](kernels::Share share, std::byte* scratch) {
    const kernels::Cut channels = kernels::cut(step.window.channels, 1, share);
    kernels::Window window = step.window;
    window.channels = channels.length;
    kernels::max_pool(window, static_cast<const T*>(step.x) + channels.begin * window.plane(),
                      static_cast<T*>(step.y) + std::size_t{channels.begin} * window.positions(),
                      scratch);
  });
}

}  // namespace

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

void run(const MaxPoolStep& step, const Workspace& workspace) {
  if (step.eight_bit) {
    run_planar<std::uint8_t>(step, workspace);
  } else if (step.layout == Layout::kPlanar) {
    run_planar<float>(step, workspace);
  } else {
    kernels::max_pool_interleaved(step.window, static_cast<const float*>(step.x),
                                  static_cast<float*>(step.y));
  }
}

}  // namespace bitdown

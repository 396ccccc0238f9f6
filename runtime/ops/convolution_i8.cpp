// SPDX-License-Identifier: MIT
#include "ops/convolution_i8.h"

#include <algorithm>

#include "kernels/convolution/blocking.h"
#include "kernels/convolution/cost.h"
#include "ops/registry.h"

namespace bitdown {

Result<Step> plan_convolution_i8(const PlanContext& context, const schema::Operator& op,
                                 const kernels::ConvolutionArgs& args) {
  const std::uint32_t x = op.inputs()->Get(0);
  const std::uint32_t y = op.outputs()->Get(0);
  Int8ConvolutionStep step;
  step.kernel = &context.int8;
  step.args.window = args.window;
  step.args.weights = args.weights;
  step.args.scale = args.scale;
  step.args.shift = args.shift;
  step.args.relu = args.relu;
  step.args.x = context.data<std::uint8_t>(x);
  step.args.x_grid = context.values.elements[x].grid;
  if (op.inputs()->size() == 2) {
    const std::uint32_t residual = op.inputs()->Get(1);
    step.args.residual = context.data<std::uint8_t>(residual);
    step.args.residual_grid = context.values.elements[residual].grid;
  }
  step.args.y = context.data<std::uint8_t>(y);
  step.args.y_grid = context.values.elements[y].grid;
  if (context.algorithm == Algorithm::kTable) step.table = &context.table;
  return Step(step);
}

std::uint64_t scratch_bytes(const Int8ConvolutionStep& step) {
  return step.table != nullptr ? kernels::convolution_table_scratch(step.args, *step.table)
                               : kernels::convolution_i8_scratch(step.args, *step.kernel);
}

std::uint64_t prepared_bytes(const Int8ConvolutionStep& step) {
  return step.table != nullptr ? kernels::table_weights_bytes(step.args.weights)
                               : kernels::weights_i8_bytes(step.args.weights, *step.kernel);
}

void prepare(Int8ConvolutionStep& step, std::byte* memory) {
  if (step.table != nullptr) {
    step.table_weights = kernels::prepare_table_weights(step.args.weights, memory);
  } else {
    step.args.prepared = kernels::prepare_weights_i8(step.args.weights, *step.kernel, memory);
  }
}

LayerTimes predict(const Int8ConvolutionStep& step, const PlanContext& context) {
  const kernels::WeightMatrix& weights = step.args.weights;
  const kernels::Window& window = step.args.window;
  if (!weights.coded) return {};
  // The shapes of a hostile blob may predict more than an integer holds.
  const auto time = [](const auto& prediction) {
    return static_cast<std::uint64_t>(std::clamp(prediction.ns, 1.0, 1e18));
  };
  const kernels::CoreCost& core = kernels::core_cost(context.isa);
  LayerTimes times;
  times.decode =
      time(kernels::predict_decode(core, weights, window, context.int8, context.threads));
  if (kernels::can_use_table(weights)) {
    times.table =
        time(kernels::predict_table(core, weights, window, context.table, context.threads));
  }
  return times;
}

const char* algorithm(const Int8ConvolutionStep& step) {
  if (step.table != nullptr) return "table";
  return step.args.weights.coded ? "decode + int8 GEMM" : "dense int8 GEMM";
}

std::uint64_t macs(const Int8ConvolutionStep& step) {
  return kernels::convolution_macs(step.args.weights, step.args.window);
}

void run(const Int8ConvolutionStep& step, const Workspace& workspace) {
  workspace.share_out([&step](kernels::Share share, std::byte* scratch) {
    if (step.table != nullptr) {
      kernels::convolution_table(step.args, step.table_weights, *step.table, *step.kernel, scratch,
                                 share);
    } else {
      kernels::convolution_i8(step.args, *step.kernel, scratch, share);
    }
  });
}

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#include "ops/convolution_i8.h"

#include "kernels/convolution/blocking.h"
#include "kernels/convolution/cost.h"
#include "kernels/convolution/finish_i8.h"
#include "ops/registry.h"

namespace bitdown {

Result<Step> plan_convolution_i8(const PlanContext& context, const schema::Operator& op,
                                 const kernels::ConvolutionArgs& args) {
  const std::uint32_t x = op.inputs()->Get(0);
  const std::uint32_t y = op.outputs()->Get(0);
  Int8ConvolutionStep step;
  step.kernel = &context.int8.of_codewords(args.weights.coded ? args.weights.codes.block_size : 0);
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
  step.expanded = context.algorithm == Algorithm::kExpanded;
  return Step(step);
}

std::uint64_t scratch_bytes(const Int8ConvolutionStep& step) {
  return step.table != nullptr ? kernels::convolution_table_scratch(step.args, *step.table)
                               : kernels::convolution_i8_scratch(step.args, *step.kernel);
}

std::uint64_t prepared_bytes(const Int8ConvolutionStep& step) {
  const kernels::WeightMatrix& weights = step.args.weights;
  if (step.table != nullptr) return kernels::table_weights_bytes(weights, *step.table);
  return kernels::weights_i8_bytes(weights, *step.kernel) +
         kernels::row_finishes_bytes(step.args, *step.kernel) +
         (step.expanded ? kernels::expanded_i8_bytes(weights, *step.kernel) : 0);
}

void prepare(Int8ConvolutionStep& step, std::byte* memory) {
  const kernels::WeightMatrix& weights = step.args.weights;
  if (step.table != nullptr) {
    step.table_weights = kernels::prepare_table_weights(step.args, *step.table, memory);
    return;
  }
  step.args.prepared = kernels::prepare_weights_i8(weights, *step.kernel, memory);
  memory += kernels::weights_i8_bytes(weights, *step.kernel);
  step.args.finish = kernels::prepare_row_finishes(step.args, *step.kernel, memory);
  if (!step.expanded) return;
  memory += kernels::row_finishes_bytes(step.args, *step.kernel);
  kernels::expand_weights_i8(weights, *step.kernel, step.args.prepared, memory);
}

void predict(const Int8ConvolutionStep& step, const PlanContext& context, LayerPlan& plan) {
  const kernels::WeightMatrix& weights = step.args.weights;
  const kernels::Window& window = step.args.window;
  if (!weights.coded) return;
  const auto time = [](const auto& prediction) { return predicted_time(prediction.ns); };
  const kernels::CoreCost& core = kernels::core_cost(context.isa);
  const std::uint32_t threads = context.threads;
  plan.predicted.decode =
      time(kernels::predict_decode(core, weights, window, *step.kernel, threads));
  plan.predicted.expanded =
      time(kernels::predict_expanded(core, weights, window, *step.kernel, threads));
  plan.expanded_bytes = kernels::expanded_i8_bytes(weights, *step.kernel);
  if (!kernels::can_use_table(weights)) return;
  plan.predicted.table =
      time(kernels::predict_table(core, weights, window, context.table, threads));
}

const char* algorithm(const Int8ConvolutionStep& step) {
  if (step.table != nullptr) return "table";
  if (step.expanded) return "expanded int8 GEMM";
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

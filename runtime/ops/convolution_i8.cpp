// SPDX-License-Identifier: MIT
#include "ops/convolution_i8.h"

#include "kernels/convolution/blocking.h"
#include "ops/registry.h"

namespace bitdown {
namespace {

bool wants_table(const PlanContext& context, const kernels::WeightMatrix& weights) {
  return context.algorithm == Algorithm::kTable && kernels::can_use_table(weights);
}

}  // namespace

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
  if (wants_table(context, args.weights)) step.table = &context.table;
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

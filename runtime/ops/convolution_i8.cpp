// SPDX-License-Identifier: MIT
#include "ops/convolution_i8.h"

#include "kernels/convolution/blocking.h"
#include "kernels/convolution/weights_i8.h"
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
  return Step(step);
}

std::uint64_t scratch_bytes(const Int8ConvolutionStep& step) {
  return kernels::convolution_i8_scratch(step.args, *step.kernel);
}

std::uint64_t prepared_bytes(const Int8ConvolutionStep& step) {
  return kernels::weights_i8_bytes(step.args.weights, *step.kernel);
}

void prepare(Int8ConvolutionStep& step, std::byte* memory) {
  kernels::prepare_weights_i8(step.args.weights, *step.kernel, memory);
  step.args.prepared = memory;
}

const char* algorithm(const Int8ConvolutionStep& step) {
  return step.args.weights.coded ? "decode + int8 GEMM" : "dense int8 GEMM";
}

std::uint64_t macs(const Int8ConvolutionStep& step) {
  return kernels::convolution_macs(step.args.weights, step.args.window);
}

void run(const Int8ConvolutionStep& step, const Workspace& workspace) {
  workspace.share_out([&step](kernels::Share share, std::byte* scratch) {
    kernels::convolution_i8(step.args, *step.kernel, scratch, share);
  });
}

}  // namespace bitdown

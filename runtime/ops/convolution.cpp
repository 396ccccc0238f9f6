// SPDX-License-Identifier: MIT
#include "ops/convolution.h"

#include "kernels/convolution/blocking.h"
#include "kernels/convolution/convolution_winograd.h"
#include "kernels/convolution/cost_float.h"
#include "ops/registry.h"
#include "ops/weights.h"
#include "ops/window.h"

namespace bitdown {
namespace {

kernels::ChannelValues channels(const schema::Tensor* tensor, float absent) {
  if (tensor == nullptr) return {nullptr, false, absent};
  return {tensor->data()->data(), tensor->element_type() == schema::ElementType::float16, absent};
}

Result<Step> finish_plan(const PlanContext& context, const schema::Operator& op,
                         kernels::ConvolutionArgs args) {
  if (context.values.elements[op.inputs()->Get(0)].eight_bit) {
    return plan_convolution_i8(context, op, args);
  }
  args.x = context.data(op.inputs()->Get(0));
  args.residual = op.inputs()->size() == 2 ? context.data(op.inputs()->Get(1)) : nullptr;
  args.y = context.data(op.outputs()->Get(0));
#if defined(BITDOWN_WITH_XNNPACK)
  if (context.options.xnnpack && !args.weights.coded) {
    return plan_xnnpack_convolution(context, op, args);
  }
#endif
  const bool winograd = context.algorithm == Algorithm::kWinograd;
  return Step(
      ConvolutionStep{args, &context.gemm, winograd ? &context.winograd : nullptr, nullptr});
}

}  // namespace

Result<Step> plan_convolution(const PlanContext& context, const schema::Operator& op) {
  const schema::Convolution& convolution = *op.parameters_as_Convolution();
  kernels::ConvolutionArgs args;
  args.window = make_window(convolution, context.shape(op.inputs()->Get(0)),
                            context.shape(op.outputs()->Get(0)));
  const std::uint32_t columns = args.window.channels * args.window.kernel_h * args.window.kernel_w;
  args.weights = make_weights(context.model, convolution.weights_type(), convolution.weights(),
                              context.shape(op.outputs()->Get(0)).Get(0), columns);
  args.scale = channels(convolution.scale(), 1.0f);
  args.shift = channels(convolution.shift(), 0.0f);
  args.relu = convolution.activation() == schema::Activation::relu;
  return finish_plan(context, op, args);
}

// A linear layer is a 1x1 convolution over one position.
Result<Step> plan_linear(const PlanContext& context, const schema::Operator& op) {
  const schema::Linear& linear = *op.parameters_as_Linear();
  const std::uint32_t columns = context.shape(op.inputs()->Get(0)).Get(0);
  kernels::ConvolutionArgs args;
  args.window.channels = columns;
  args.window.height = args.window.width = 1;
  args.window.out_height = args.window.out_width = 1;
  args.weights = make_weights(context.model, linear.weights_type(), linear.weights(),
                              context.shape(op.outputs()->Get(0)).Get(0), columns);
  args.shift = channels(linear.bias(), 0.0f);
  return finish_plan(context, op, args);
}

std::uint64_t scratch_bytes(const ConvolutionStep& step) {
  return step.winograd != nullptr
             ? kernels::winograd_blocking(step.args.window, *step.winograd).total
             : kernels::convolution_scratch(step.args, *step.gemm);
}

std::uint64_t prepared_bytes(const ConvolutionStep& step) {
  return step.winograd != nullptr ? kernels::winograd_codebook_bytes(step.args.weights) : 0;
}

void prepare(ConvolutionStep& step, std::byte* memory) {
  if (step.winograd == nullptr) return;
  step.winograd_codebook =
      kernels::prepare_winograd_codebook(step.args.weights, *step.winograd, memory);
}

void predict(const ConvolutionStep& step, const PlanContext& context, LayerPlan& plan) {
  const kernels::WeightMatrix& weights = step.args.weights;
  const kernels::Window& window = step.args.window;
  if (!kernels::can_use_winograd(weights, window)) return;
  const kernels::FloatCost& core = kernels::float_cost(context.isa);
  plan.predicted.decode = predicted_time(
      kernels::predict_decode(core, weights, window, context.gemm, context.threads).ns);
  plan.predicted.winograd = predicted_time(
      kernels::predict_winograd(core, weights, window, context.winograd, context.threads).ns);
}

const char* algorithm(const ConvolutionStep& step) {
  if (step.winograd != nullptr) return "winograd";
  return step.args.weights.coded ? "decode + GEMM" : "dense GEMM";
}

std::uint64_t macs(const ConvolutionStep& step) {
  return kernels::convolution_macs(step.args.weights, step.args.window);
}

void run(const ConvolutionStep& step, const Workspace& workspace) {
  workspace.share_out([&step](kernels::Share share, std::byte* scratch) {
    if (step.winograd != nullptr) {
      kernels::convolution_winograd(step.args, step.winograd_codebook, *step.winograd, *step.gemm,
                                    scratch, share);
    } else {
      kernels::convolution(step.args, *step.gemm, scratch, share);
    }
  });
}

}  // namespace bitdown

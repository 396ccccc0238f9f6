// SPDX-License-Identifier: MIT
#pragma once

#include "bitdown/status.h"
#include "ops/plan_context.h"
#include "ops/step.h"

namespace bitdown {

/// Turns an operator of the blob into a Step, by the table in registry.cpp.
Result<Step> plan_operator(const PlanContext& context, const schema::Operator& op);

// The table's entries, each in its operator's file.
Result<Step> plan_convolution(const PlanContext& context, const schema::Operator& op);
Result<Step> plan_linear(const PlanContext& context, const schema::Operator& op);
Result<Step> plan_max_pool(const PlanContext& context, const schema::Operator& op);
Result<Step> plan_global_average_pool(const PlanContext& context, const schema::Operator& op);
Result<Step> plan_softmax(const PlanContext& context, const schema::Operator& op);

/// The alternative for 8-bit values; `args` as plan_convolution made them, without pointers.
Result<Step> plan_convolution_i8(const PlanContext& context, const schema::Operator& op,
                                 const kernels::ConvolutionArgs& args);

#if defined(BITDOWN_WITH_XNNPACK)
/// The alternative for a dense convolution or linear layer; `args` as plan_convolution made them.
Result<Step> plan_xnnpack_convolution(const PlanContext& context, const schema::Operator& op,
                                      const kernels::ConvolutionArgs& args);
#endif

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitdown/plan.h"
#include "kernels/convolution/convolution.h"
#include "kernels/winograd/winograd.h"
#include "ops/workspace.h"

namespace bitdown {

struct PlanContext;

/// Convolution and Linear by Bitdown's own kernels, from codes or dense weights.
struct ConvolutionStep {
  kernels::ConvolutionArgs args;
  const kernels::GemmKernel* gemm = nullptr;
  const kernels::WinogradKernel* winograd = nullptr;  ///< Null: decode + GEMM, or dense.
  const float* winograd_codebook = nullptr;           ///< Of `winograd`.
};

std::uint64_t scratch_bytes(const ConvolutionStep& step);
std::uint64_t prepared_bytes(const ConvolutionStep& step);
void prepare(ConvolutionStep& step, std::byte* memory);
/// Sets what is predicted, where there is a choice.
void predict(const ConvolutionStep& step, const PlanContext& context, LayerPlan& plan);
const char* algorithm(const ConvolutionStep& step);
std::uint64_t macs(const ConvolutionStep& step);
void run(const ConvolutionStep& step, const Workspace& workspace);

}  // namespace bitdown

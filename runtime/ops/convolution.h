// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/convolution/convolution.h"
#include "ops/workspace.h"

namespace bitdown {

/// Convolution and Linear by Bitdown's own kernels, from codes or dense weights.
struct ConvolutionStep {
  kernels::ConvolutionArgs args;
  const kernels::GemmKernel* gemm = nullptr;
};

std::uint64_t scratch_bytes(const ConvolutionStep& step);
const char* algorithm(const ConvolutionStep& step);
std::uint64_t macs(const ConvolutionStep& step);
void run(const ConvolutionStep& step, const Workspace& workspace);

}  // namespace bitdown

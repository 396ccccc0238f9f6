// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "bitdown/plan.h"
#include "kernels/convolution/convolution_i8.h"
#include "kernels/convolution/convolution_table.h"
#include "kernels/table/table.h"
#include "ops/workspace.h"

namespace bitdown {

struct PlanContext;

/// Convolution between 8-bit values, from codes or dense weights.
struct Int8ConvolutionStep {
  kernels::Int8ConvolutionArgs args;
  const kernels::Int8Kernel* kernel = nullptr;
  const kernels::TableKernel* table = nullptr;  ///< Null: decode + GEMM, or dense.
  kernels::TableWeights table_weights;          ///< Of `table`; args.prepared is that of `kernel`.
  bool expanded = false;                        ///< Rows are decoded once for all runs.
};

std::uint64_t scratch_bytes(const Int8ConvolutionStep& step);
std::uint64_t prepared_bytes(const Int8ConvolutionStep& step);
void prepare(Int8ConvolutionStep& step, std::byte* memory);
/// Sets what is predicted, where the weights are coded.
void predict(const Int8ConvolutionStep& step, const PlanContext& context, LayerPlan& plan);
const char* algorithm(const Int8ConvolutionStep& step);
std::uint64_t macs(const Int8ConvolutionStep& step);
void run(const Int8ConvolutionStep& step, const Workspace& workspace);

}  // namespace bitdown

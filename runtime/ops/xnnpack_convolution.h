// SPDX-License-Identifier: MIT
#pragma once

#if defined(BITDOWN_WITH_XNNPACK)

#include <cstddef>
#include <cstdint>

#include "core/value_table.h"
#include "kernels/convolution/convolution.h"
#include "ops/workspace.h"

struct pthreadpool;
struct xnn_operator;

namespace bitdown {

/// A dense convolution through XNNPACK, which works on interleaved values and keeps its own packed
/// copy of the weights with the scale folded in. Planar neighbours are converted in scratch. Owns
/// the XNNPACK operator: move-only.
struct XnnpackConvolutionStep {
  kernels::ConvolutionArgs args;  ///< Weights, scale, shift are used while planning only.
  Layout x_layout = Layout::kPlanar;
  Layout y_layout = Layout::kPlanar;  ///< And the residual's.
  xnn_operator* op = nullptr;         ///< Null while sizes are measured.
  pthreadpool* threads = nullptr;     ///< XNNPACK's own, the session's; null: the caller alone.

  XnnpackConvolutionStep() = default;
  XnnpackConvolutionStep(XnnpackConvolutionStep&& other) noexcept;
  XnnpackConvolutionStep& operator=(XnnpackConvolutionStep&& other) noexcept;
  ~XnnpackConvolutionStep();
};

std::uint64_t scratch_bytes(const XnnpackConvolutionStep& step);
const char* algorithm(const XnnpackConvolutionStep& step);
std::uint64_t macs(const XnnpackConvolutionStep& step);
void run(const XnnpackConvolutionStep& step, const Workspace& workspace);

}  // namespace bitdown

#endif  // BITDOWN_WITH_XNNPACK

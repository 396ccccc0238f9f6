// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/convolution/channels.h"
#include "kernels/convolution/share.h"
#include "kernels/gemm/gemm.h"
#include "kernels/im2col/im2col.h"
#include "kernels/weights/weights.h"

/// Convolution straight from codes in float32: decode + GEMM on tiles (driver.h).
///
///   y[o][p] = activation(sum over k of W[o][k] * im2col[k][p] * scale[o] + shift[o] +
///   residual[o][p])
namespace bitdown::kernels {

struct ConvolutionArgs {
  Window window;
  WeightMatrix weights;  ///< columns = window.channels * kernel_h * kernel_w.
  ChannelValues scale = {nullptr, false, 1.0f};
  ChannelValues shift;
  bool relu = false;
  const float* x = nullptr;         ///< Planar (channels, height, width).
  const float* residual = nullptr;  ///< Planar like y, or null. May be y itself.
  float* y = nullptr;               ///< Planar (rows, out_height, out_width); not x.
};

/// Bytes of 64-byte aligned scratch that convolution() needs with this kernel, for any share.
std::uint64_t convolution_scratch(const ConvolutionArgs& args, const GemmKernel& gemm);

/// Computes the outputs of `share`: output_range(). Threads may compute the shares side by side,
/// each in scratch of its own.
void convolution(const ConvolutionArgs& args, const GemmKernel& gemm, std::byte* scratch,
                 Share share = {});

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/convolution/channels.h"
#include "kernels/convolution/quantization.h"
#include "kernels/convolution/share.h"
#include "kernels/convolution/weights_i8.h"
#include "kernels/gemm_i8/gemm_i8.h"
#include "kernels/im2col/im2col.h"
#include "kernels/weights/weights.h"

/// Convolution straight from codes in 8-bit integers (driver.h). With real = step * (q - zero) for
/// activations and w = weight_step * q for weights, the float32 formula becomes
///
///   sum = sum over k of wq[o][k] * xq[k][p]                            (exact, int32)
///   y   = (sum - x.zero * sum over k of wq[o][k]) * x.step * weight_step * scale[o] + shift[o]
///         + residual.step * (rq - residual.zero)
///   yq  = round(y / y.step) + y.zero, clamped to [0, 255], or to [y.zero, 255] by ReLU
///
/// Every row o has its own weight_step: with codes, that of the finest version of the codebook that
/// has all its codewords (weights.h). Padding is x.zero.
namespace bitdown::kernels {

struct Int8ConvolutionArgs {
  Window window;
  WeightMatrix weights;  ///< columns = window.channels * kernel_h * kernel_w.
  WeightsI8 prepared;    ///< The weights, for the same kernel; unused by convolution_table().
  const RowFinish* finish = nullptr;  ///< Of all rows (finish_i8.h); as little used.
  ChannelValues scale = {nullptr, false, 1.0f};
  ChannelValues shift;
  bool relu = false;
  const std::uint8_t* x = nullptr;         ///< Planar (channels, height, width).
  const std::uint8_t* residual = nullptr;  ///< Planar like y, or null. May be y itself.
  std::uint8_t* y = nullptr;               ///< Planar (rows, out_height, out_width); not x.
  Quantization x_grid;
  Quantization residual_grid;
  Quantization y_grid;
};

/// Bytes of 64-byte aligned scratch that convolution_i8() needs with this kernel, for any share.
std::uint64_t convolution_i8_scratch(const Int8ConvolutionArgs& args, const Int8Kernel& kernel);

/// Computes the outputs of `share`, as convolution() does.
void convolution_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, std::byte* scratch,
                    Share share = {});

}  // namespace bitdown::kernels

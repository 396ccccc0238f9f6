// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/convolution/convolution.h"
#include "kernels/convolution/share.h"
#include "kernels/winograd/winograd.h"

/// The convolution of convolution.h by minimal filtering (kernels/winograd/winograd.h): the same
/// formula, its sums in another order, for 3x3 layers of stride 1 whose blocks of codes are whole
/// kernels. Takes the codebook transformed, 16 numbers for 9.
namespace bitdown::kernels {

/// Codes are bytes, blocks whole 3x3 kernels, the stride is 1.
bool can_use_winograd(const WeightMatrix& weights, const Window& window);

/// Bytes of 64-byte aligned memory that prepare_winograd_codebook() fills.
std::uint64_t winograd_codebook_bytes(const WeightMatrix& weights);

/// The transformed codebook as WinogradProduct wants it, in `memory`, for this kernel. Made once
/// for all runs; rounded once, from double. can_use_winograd() holds.
const float* prepare_winograd_codebook(const WeightMatrix& weights, const WinogradKernel& kernel,
                                       std::byte* memory);

/// How the layer is cut: whole rows of tiles, as many as fit the second-level cache transformed.
struct WinogradBlocking {
  std::uint32_t tile_rows = 0;                                   ///< Of the layer.
  std::uint32_t tile_columns = 0;                                ///< Of a row of tiles.
  std::uint32_t block_rows = 0;                                  ///< Rows of tiles of a block.
  std::uint64_t lines = 0, v = 0, m = 0, pair = 0, outputs = 0;  ///< Offsets in scratch.
  std::uint64_t total = 0;                                       ///< Bytes of scratch.
};
WinogradBlocking winograd_blocking(const Window& window, const WinogradKernel& kernel);

/// The outputs of a share, its positions rows of tiles: cuts these, or rows of weights, as tables
/// do (share.h).
OutputRange winograd_range(std::uint32_t rows, const WinogradBlocking& blocking,
                           const WinogradKernel& kernel, Share share);

/// Computes the outputs of `share`: winograd_range(); `codebook`: prepared for `winograd` from
/// args.weights; the epilogue is that of `gemm`. Needs winograd_blocking().total bytes of 64-byte
/// aligned scratch. Threads may compute the shares side by side, each in scratch of its own.
void convolution_winograd(const ConvolutionArgs& args, const float* codebook,
                          const WinogradKernel& winograd, const GemmKernel& gemm,
                          std::byte* scratch, Share share = {});

}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>

#include "cpu.h"
#include "kernels/convolution/cost.h"
#include "kernels/gemm/gemm.h"
#include "kernels/winograd/winograd.h"

/// The cost model of cost.h for float32 layers, which decode (convolution.h) or filter minimally
/// (convolution_winograd.h).
namespace bitdown::kernels {

/// Winograd: a share has R rows of weights, R' rounded up to the kernel's, T tiles and C channels.
struct WinogradWork {
  double macs = 0;     ///< 16 * R' * T * C: multiply-adds.
  double inputs = 0;   ///< T * C: tiles of inputs transformed.
  double outputs = 0;  ///< R * T: tiles of outputs, transformed back and finished.

  double time(const WinogradWork& ns) const {
    return macs * ns.macs + inputs * ns.inputs + outputs * ns.outputs;
  }
};

/// Nanoseconds that each operation takes on one core.
struct FloatCost {
  const char* core;     ///< Whose figures these are.
  IsaSet isa;           ///< What the kernels that they hold for require.
  std::uint32_t lanes;  ///< That decoding rounds positions up to.
  DecodeWork decode;
  WinogradWork winograd;
};

/// All of them, best instruction set first, portable last.
std::span<const FloatCost> float_costs();

/// The first whose instruction sets `isa` has. Pure.
const FloatCost& float_cost(IsaSet isa);

Prediction<DecodeWork> predict_decode(const FloatCost& core, const WeightMatrix& weights,
                                      const Window& window, const GemmKernel& kernel,
                                      std::uint32_t threads);
/// can_use_winograd() holds.
Prediction<WinogradWork> predict_winograd(const FloatCost& core, const WeightMatrix& weights,
                                          const Window& window, const WinogradKernel& kernel,
                                          std::uint32_t threads);

}  // namespace bitdown::kernels

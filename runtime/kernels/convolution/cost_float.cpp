// SPDX-License-Identifier: MIT
#include "kernels/convolution/cost_float.h"

#include "kernels/convolution/convolution_winograd.h"
#include "kernels/convolution/cost_work.h"

namespace bitdown::kernels {
namespace {

// Nanoseconds, in the order of the fields of DecodeWork and WinogradWork: fit_cost_float
// (tests/bench/cost) on an Emerald Rapids Xeon at about 2.8 GHz, one thread.
constexpr DecodeWork kAvx512Decode = {0.0100, 0, 0.49, 0.235, 0, 0.26};
constexpr WinogradWork kAvx512Winograd = {0.0125, 3.0, 2.7};
constexpr DecodeWork kAvx2Decode = {0.0193, 0.07, 0.63, 0.32, 0, 0.36};
constexpr WinogradWork kAvx2Winograd = {0.0250, 5.0, 2.7};
constexpr DecodeWork kPortableDecode = {0.072, 0.72, 0.46, 0, 0.35, 0.32};
constexpr WinogradWork kPortableWinograd = {0.065, 9.3, 4.0};

// Estimates for an A72 at 1.8 GHz, nothing was measured on ARM: multiply-adds by llvm-mca 19 from
// our inner loops (runtime/kernels/README.md), the rest takes twice the cycles of the portable
// kernels above.
constexpr double kA72 = 1 / 1.8;
constexpr DecodeWork kA72Decode = {kA72 / 3.8, kA72 * 3.9, kA72 * 2.5, 0, kA72 * 1.9, kA72 * 1.7};
constexpr WinogradWork kA72Winograd = {kA72 / 3.9, kA72 * 50, kA72 * 22};

constexpr FloatCost kCosts[] = {
    {"Emerald Rapids", kIsaAvx512, 16, kAvx512Decode, kAvx512Winograd},
    {"Emerald Rapids", kIsaAvx2, 8, kAvx2Decode, kAvx2Winograd},
    {"Cortex-A72", kIsaNeon, 4, kA72Decode, kA72Winograd},
    {"Emerald Rapids", kIsaPortable, 4, kPortableDecode, kPortableWinograd},
};

}  // namespace

std::span<const FloatCost> float_costs() {
  return kCosts;
}

const FloatCost& float_cost(IsaSet isa) {
  return cost_for<FloatCost>(kCosts, isa);
}

Prediction<DecodeWork> predict_decode(const FloatCost& core, const WeightMatrix& weights,
                                      const Window& window, const GemmKernel& kernel,
                                      std::uint32_t threads) {
  return longest(threads, core.decode, [&](Share share) {
    const OutputRange range = output_range(weights.rows, window.positions(), kernel, share);
    const Blocking blocking = make_blocking(weights, range.positions, kernel, false);
    return decode_work(weights, window, kernel, range, blocking,
                       round_up(range.positions, core.lanes));
  });
}

Prediction<WinogradWork> predict_winograd(const FloatCost& core, const WeightMatrix& weights,
                                          const Window& window, const WinogradKernel& kernel,
                                          std::uint32_t threads) {
  const WinogradBlocking blocking = winograd_blocking(window, kernel);
  return longest(threads, core.winograd, [&](Share share) {
    const OutputRange range = winograd_range(weights.rows, blocking, kernel, share);
    const double tiles = static_cast<double>(range.positions) * blocking.tile_columns;
    WinogradWork work;
    work.macs = kWinogradNumbers * round_up(range.rows, kernel.rows) * tiles * window.channels;
    work.inputs = range.rows == 0 ? 0.0 : tiles * window.channels;
    work.outputs = range.rows * tiles;
    return work;
  });
}

}  // namespace bitdown::kernels

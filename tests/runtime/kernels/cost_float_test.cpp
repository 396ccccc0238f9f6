// SPDX-License-Identifier: MIT
#include "kernels/convolution/cost_float.h"

#include <string>
#include <vector>

#include "doctest/doctest.h"

namespace bitdown::kernels {
namespace {

// A 3x3 layer of stride 1; costs do not look at its codes.
struct Layer {
  WeightMatrix weights;
  Window window;

  Layer(std::uint32_t rows, std::uint32_t channels, std::uint32_t side)
      : window{channels, side, side, 3, 3, 1, 1, 1, 1, side, side} {
    weights.rows = rows;
    weights.columns = channels * 9;
    weights.coded = true;
    weights.codes.entries = 256;
    weights.codes.block_size = 9;
  }

  double by_decode(const GemmKernel& kernel, std::uint32_t threads = 1) const {
    return predict_decode(float_cost(kernel.required), weights, window, kernel, threads).ns;
  }
  double by_winograd(const WinogradKernel& kernel, std::uint32_t threads = 1) const {
    return predict_winograd(float_cost(kernel.required), weights, window, kernel, threads).ns;
  }
};

TEST_CASE("the work of Winograd is that of the formula") {
  const WinogradKernel kernel = {"", kIsaPortable, 6, 4, 4, nullptr, nullptr, nullptr};
  const Layer layer(65, 18, 7);  // 4 x 4 tiles; 66 rows.
  const FloatCost& core = float_cost(kIsaPortable);
  const WinogradWork one = predict_winograd(core, layer.weights, layer.window, kernel, 1).work;
  CHECK(one.macs == 16.0 * 66 * 16 * 18);
  CHECK(one.inputs == 16 * 18);
  CHECK(one.outputs == 65 * 16);
  const WinogradWork half = predict_winograd(core, layer.weights, layer.window, kernel, 2).work;
  CHECK(half.macs == 16.0 * 66 * 8 * 18);  // Two rows of tiles.
  CHECK(half.inputs == 8 * 18);
  const WinogradWork third = predict_winograd(core, layer.weights, layer.window, kernel, 3).work;
  CHECK(third.inputs == 16 * 18);  // 24 rows of weights.
  CHECK(third.outputs == 24 * 16);
}

TEST_CASE("the work of decoding in float32 is that of the formula") {
  PanelKernel panel = {"", kIsaPortable, 4, 8, 1, 4, nullptr};
  const GemmKernel kernel = {panel, nullptr, nullptr};
  const Layer layer(65, 18, 7);
  const FloatCost& core = float_cost(kIsaPortable);
  const DecodeWork work = predict_decode(core, layer.weights, layer.window, kernel, 1).work;
  const double positions = (49 + core.lanes - 1) / core.lanes * core.lanes;
  CHECK(work.macs == 68 * positions * 162);
  CHECK(work.codes == 65 * 18);
  CHECK(work.numbers == 65 * 162);
  CHECK(work.gathered == 49 * 162);
  CHECK(work.finished == 65 * 49);
}

TEST_CASE("every float32 kernel has figures, the best that it can use") {
  for (const FloatCost& cost : float_costs()) {
    CAPTURE(std::string(cost.core));
    CHECK(float_cost(cost.isa).isa == cost.isa);
    CHECK(cost.decode.macs > 0);
    CHECK(cost.winograd.macs > 0);
    CHECK(cost.winograd.outputs > 0);
  }
  for (const WinogradKernel* kernel : winograd_kernels()) {
    CHECK(float_cost(kernel->required).isa == kernel->required);
    CHECK(float_cost(kernel->required).isa == select_gemm(kernel->required).required);
  }
}

TEST_CASE("Winograd wins for the layers of ResNets, and loses where channels are few") {
  for (const WinogradKernel* kernel : winograd_kernels()) {
    const GemmKernel& gemm = select_gemm(kernel->required);
    for (const Layer& layer :
         {Layer(64, 64, 56), Layer(128, 128, 28), Layer(256, 256, 14), Layer(512, 512, 7)}) {
      CHECK(layer.by_winograd(*kernel) < 0.7 * layer.by_decode(gemm));
      CHECK(layer.by_winograd(*kernel, 2) < 0.7 * layer.by_winograd(*kernel));
      CHECK(layer.by_winograd(*kernel, 2) >= 0.5 * layer.by_winograd(*kernel));
    }
    CHECK(Layer(64, 1, 28).by_winograd(*kernel) > Layer(64, 1, 28).by_decode(gemm));
  }
}

}  // namespace
}  // namespace bitdown::kernels

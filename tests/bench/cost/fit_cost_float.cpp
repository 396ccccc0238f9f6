// SPDX-License-Identifier: MIT
//
// fit_cost_float: the figures of kernels/convolution/cost_float.cpp for this CPU. Networks have too
// few kinds of 3x3 layers to tell inputs from outputs, so this measures layers of its own, one
// thread, and fits them as fit_cost does. BITDOWN_ISA chooses an ISA.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "aligned.h"
#include "core/session_settings.h"
#include "kernels/convolution/convolution_winograd.h"
#include "kernels/half/half.h"
#include "support/random.h"
#include "terms.h"

namespace bitdown::tests {
namespace {

constexpr int kRuns = 15;
constexpr std::uint64_t kLeastMacs = 2'000'000;  // Below, calls and clocks count.
constexpr std::uint64_t kMostMacs = 130'000'000;

// A 3x3 layer of random codes.
struct Layer {
  std::vector<float> x, y;
  std::vector<std::uint8_t> codes;
  std::vector<std::uint16_t> codebook;
  kernels::ConvolutionArgs args;

  Layer(std::uint32_t rows, std::uint32_t channels, std::uint32_t side, std::uint32_t d)
      : x(std::size_t{channels} * side * side),
        y(std::size_t{rows} * side * side),
        codes(std::size_t{rows} * channels * 9 / d),
        codebook(256 * std::size_t{d}) {
    Uniform uniform(test_seed());
    for (float& v : x) v = uniform();
    for (auto& v : codes) v = static_cast<std::uint8_t>(uniform.below(256));
    for (auto& v : codebook) v = kernels::float_to_half(uniform());
    args.window = {channels, side, side, 3, 3, 1, 1, 1, 1, side, side};
    args.weights.rows = rows;
    args.weights.columns = channels * 9;
    args.weights.coded = true;
    args.weights.codes = {codes.data(), nullptr, 0, codebook.data(), 256, d};
    args.relu = true;
    args.x = x.data();
    args.y = y.data();
  }
};

template <typename Run>
void keep_least(const Run& run, double& least) {
  const auto start = std::chrono::steady_clock::now();
  run();
  const std::chrono::duration<double, std::nano> ns = std::chrono::steady_clock::now() - start;
  least = least == 0 ? ns.count() : std::min(least, ns.count());
}

// Both algorithms in turns; what they do, and the least time.
void measure(const Layer& layer, IsaSet isa, Equation& decode, Equation& winograd) {
  const kernels::ConvolutionArgs& args = layer.args;
  const kernels::GemmKernel& gemm = kernels::select_gemm(isa);
  const kernels::WinogradKernel& kernel = kernels::select_winograd(isa);
  const kernels::FloatCost& core = kernels::float_cost(isa);
  decode.terms = terms_of(kernels::predict_decode(core, args.weights, args.window, gemm, 1).work);
  winograd.terms =
      terms_of(kernels::predict_winograd(core, args.weights, args.window, kernel, 1).work);
  const AlignedBuffer scratch(std::max(kernels::convolution_scratch(args, gemm),
                                       kernels::winograd_blocking(args.window, kernel).total));
  const AlignedBuffer memory(kernels::winograd_codebook_bytes(args.weights));
  const float* const codebook =
      kernels::prepare_winograd_codebook(args.weights, kernel, memory.span().data());
  for (int i = 0; i < kRuns; ++i) {
    keep_least([&] { kernels::convolution(args, gemm, scratch.span().data()); }, decode.value);
    keep_least(
        [&] { kernels::convolution_winograd(args, codebook, kernel, gemm, scratch.span().data()); },
        winograd.value);
  }
}

void judge(const std::vector<Equation>& decode, const std::vector<Equation>& winograd,
           const Terms& decode_ns, const Terms& winograd_ns) {
  double ratio = 0, chosen = 0, best = 0;
  for (std::size_t i = 0; i < decode.size(); ++i) {
    const bool faster =
        evaluate(winograd[i].terms, winograd_ns) < evaluate(decode[i].terms, decode_ns);
    const double relative = winograd[i].value / decode[i].value;
    ratio += relative;
    chosen += faster ? relative : 1;
    best += std::min(relative, 1.0);
  }
  const auto count = static_cast<double>(decode.size());
  std::printf("%zu layers; time against decoding, mean: winograd %.3f, chosen %.3f, best %.3f\n",
              decode.size(), ratio / count, chosen / count, best / count);
}

int main() {
  const IsaSet isa = choose_machine({.threads = 1}).value().isa;
  std::vector<Equation> decode;
  std::vector<Equation> winograd;
  for (const std::uint32_t rows : {8u, 32u, 64u, 128u, 256u, 512u}) {
    for (const std::uint32_t channels : {4u, 16u, 64u, 128u, 256u, 512u}) {
      for (const std::uint32_t side : {7u, 14u, 28u, 56u}) {
        const std::uint64_t macs = std::uint64_t{rows} * channels * 9 * side * side;
        if (macs < kLeastMacs || macs > kMostMacs) continue;
        for (const std::uint32_t d : {9u, 18u}) {
          measure(Layer(rows, channels, side, d), isa, decode.emplace_back(),
                  winograd.emplace_back());
        }
      }
    }
  }
  const Terms decode_ns = print_fit("decode", decode);
  const Terms winograd_ns = print_fit("winograd", winograd);
  judge(decode, winograd, decode_ns, winograd_ns);
  return 0;
}

}  // namespace
}  // namespace bitdown::tests

int main() {
  return bitdown::tests::main();
}

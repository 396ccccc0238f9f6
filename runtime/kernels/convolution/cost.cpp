// SPDX-License-Identifier: MIT
#include "kernels/convolution/cost.h"

#include <algorithm>

#include "kernels/convolution/blocking.h"
#include "kernels/convolution/convolution_table.h"
#include "kernels/convolution/cost_work.h"

namespace bitdown::kernels {
namespace {

// Nanoseconds, in the order of the fields of DecodeWork and TableWork. Reading an expanded weight
// from beyond the second-level cache takes about what copying it from a codebook does; what
// expanding saves are the codes.

// Measured on our kernels: fit_cost (tests/bench/cost) over the layers of ResNet-50 with large and
// ResNet-18 with small blocks, two networks each, one thread. Zen 5 at 4.1 GHz; with VNNI decoding
// always wins. The portable kernels' are from a Zen 3 at 3.5 GHz.
constexpr DecodeWork kZen5Decode = {0.0020, 0.22, 0, 0.0102, 0.0144, 0.082};
constexpr TableWork kZen5Table = {0.46, 0.41, 0.55, 0.45, 0.82, 0.075};
constexpr DecodeWork kAvx2Decode = {0.0091, 0.58, 0, 0.0181, 0.0298, 0.145};
constexpr TableWork kAvx2Table = {0.234, 0.306, 0.370, 0.95, 1.02, 0.088};
// AVX-VNNI: Emerald Rapids (2.3 GHz and turbo); there, too, decoding always wins.
constexpr DecodeWork kAvxVnniDecode = {0.0061, 0.65, 0, 0.0205, 0.0481, 0.251};
constexpr TableWork kAvxVnniTable = {0.506, 0.609, 0.616, 1.96, 1.51, 0.075};
// Of AVX2's decoding, 0.65 of a multiply-add on an Emerald Rapids.
constexpr double kChained = 0.65 * kAvx2Decode.macs;
constexpr DecodeWork kPortableDecode = {0.184, 0.01, 0.59, 0.69, 0, 2.9};
constexpr TableWork kPortableTable = {2.4, 1.7, 5.5, 20, 1, 0.1};

// Estimates, nothing was measured on ARM: multiply-adds, building, adding and finishing by llvm-mca
// 19 from our inner loops (GCC 12, everything in the first-level cache; runtime/kernels/README.md);
// copying and gathering take twice the cycles of Zen 3. A72 at 1.8 GHz, A76 at 2.4 GHz.
constexpr double kA72 = 1 / 1.8;
constexpr DecodeWork kA72Decode = {kA72 / 7.9, kA72 * 6,   kA72 * 0.6,
                                   kA72 * 0.4, kA72 * 0.7, kA72 * 3.0};
constexpr TableWork kA72Table = {kA72 * 6.1, kA72 * 1.9, kA72 * 1.75,
                                 kA72 * 24,  kA72 * 4,   kA72 * 0.7};
constexpr double kA76 = 1 / 2.4;
constexpr DecodeWork kA76Decode = {kA76 / 30.9, kA76 * 4,   kA76 * 0.4,
                                   kA76 * 0.3,  kA76 * 0.5, kA76 * 2.2};
constexpr TableWork kA76Table = {kA76 * 3.6, kA76 * 0.55, kA76 * 1.2,
                                 kA76 * 17,  kA76 * 3,    kA76 * 0.5};

// AVX-512 without VNNI decodes as AVX2 does.
constexpr CoreCost kCosts[] = {
    {"Zen 5", kIsaAvx512 | kIsaVnni, 16, 32, kZen5Decode, kZen5Table, 0, 0.036},
    {"Zen 5", kIsaAvx512, 8, 32, kAvx2Decode, kZen5Table, kChained, 0.055},
    {"Emerald Rapids", kIsaAvx2 | kIsaAvxVnni, 8, 16, kAvxVnniDecode, kAvxVnniTable, 0, 0.089},
    {"Zen 5", kIsaAvx2, 8, 16, kAvx2Decode, kAvx2Table, kChained, 0.055},
    {"Cortex-A76", kIsaNeon | kIsaDotprod, 4, 8, kA76Decode, kA76Table, 0, kA76 * 0.4},
    {"Cortex-A72", kIsaNeon, 4, 8, kA72Decode, kA72Table, 0, kA72 * 0.6},
    {"Zen 3", kIsaPortable, 4, 8, kPortableDecode, kPortableTable, 0, 0.59},
};

DecodeWork decode_costs(const CoreCost& core, const Int8Kernel& kernel) {
  DecodeWork costs = core.decode;
  if (kernel.chained) costs.macs = core.chained;
  return costs;
}

TableWork table_work(const WeightMatrix& weights, const Window& window, const TableKernel& kernel,
                     const OutputRange& range, std::uint32_t lanes) {
  if (range.rows == 0 || range.positions == 0) return {};
  const std::uint32_t d = weights.codes.block_size;
  const double blocks = weights.columns / d;
  const double vectors = divide_up(range.positions, lanes);
  const bool all = table_builds_all(range.rows, weights.codes.entries);
  TableWork work;
  work.rows = vectors * blocks *
              (all ? weights.codes.entries : distinct_codes(weights, range.row, range.rows));
  work.pairs = work.rows * table_codeword_stride(d, kernel.word_k) / 2;
  work.added = vectors * blocks * range.rows;
  work.finished = vectors * range.rows;
  work.listed = all ? 0.0 : blocks * range.rows;
  work.gathered = gathered(weights, window, range);
  return work;
}

DecodeWork decode_work(const WeightMatrix& weights, const Window& window, const Int8Kernel& kernel,
                       const OutputRange& range, std::uint32_t lanes) {
  const Blocking blocking = make_blocking(weights, range.positions, kernel, true);
  const std::uint32_t few = kernel.few_of(range.positions);
  const double positions = round_up(range.positions - few, lanes) + few;
  return decode_work(weights, window, kernel, range, blocking, positions);
}

}  // namespace

std::span<const CoreCost> core_costs() {
  return kCosts;
}

const CoreCost& core_cost(IsaSet isa) {
  return cost_for<CoreCost>(kCosts, isa);
}

double distinct_codes(const WeightMatrix& weights, std::uint32_t row, std::uint32_t rows) {
  constexpr std::uint32_t kRun = 8;  // Blocks that lie side by side: one cache line a row.
  const std::uint32_t blocks = weights.columns / weights.codes.block_size;
  const std::uint32_t run = std::min(kRun, blocks);
  std::uint32_t distinct = 0;
  std::uint32_t counted = 0;
  // One run in the middle of each half.
  for (const std::uint32_t first : {(blocks - run) / 4, (blocks - run) * 3 / 4}) {
    bool seen[kRun][kTableRows] = {};
    for (std::uint32_t r = row; r < row + rows; ++r) {
      const std::uint8_t* const codes = weights.codes.codes + std::size_t{r} * blocks + first;
      for (std::uint32_t b = 0; b < run; ++b) {
        distinct += !seen[b][codes[b]];
        seen[b][codes[b]] = true;
      }
    }
    counted += run;
  }
  return static_cast<double>(distinct) / counted;
}

Prediction<DecodeWork> predict_decode(const CoreCost& core, const WeightMatrix& weights,
                                      const Window& window, const Int8Kernel& kernel,
                                      std::uint32_t threads) {
  return longest(threads, decode_costs(core, kernel), [&](Share share) {
    const OutputRange range = output_range(weights.rows, window.positions(), kernel, share);
    return decode_work(weights, window, kernel, range, core.decode_lanes);
  });
}

Prediction<DecodeWork> predict_expanded(const CoreCost& core, const WeightMatrix& weights,
                                        const Window& window, const Int8Kernel& kernel,
                                        std::uint32_t threads) {
  DecodeWork costs = decode_costs(core, kernel);
  costs.numbers = core.expanded;
  return longest(threads, costs, [&](Share share) {
    const OutputRange range = output_range(weights.rows, window.positions(), kernel, share);
    DecodeWork work = decode_work(weights, window, kernel, range, core.decode_lanes);
    work.codes = 0;
    return work;
  });
}

Prediction<TableWork> predict_table(const CoreCost& core, const WeightMatrix& weights,
                                    const Window& window, const TableKernel& kernel,
                                    std::uint32_t threads) {
  return longest(threads, core.table, [&](Share share) {
    const OutputRange range = table_range(weights.rows, window.positions(), kernel.tile, share);
    return table_work(weights, window, kernel, range, core.table_lanes);
  });
}

}  // namespace bitdown::kernels

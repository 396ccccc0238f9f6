// SPDX-License-Identifier: MIT
#include "kernels/convolution/cost.h"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "support/machine_isa.h"
#include "support/random.h"

namespace bitdown::kernels {
namespace {

// A layer whose codes are random below `used`.
struct Layer {
  std::vector<std::uint8_t> codes;
  WeightMatrix weights;
  Window window;

  Layer(std::uint32_t rows, std::uint32_t channels, std::uint32_t kernel, std::uint32_t side,
        std::uint32_t d, std::uint32_t used = 256) {
    window.channels = channels;
    window.kernel_h = window.kernel_w = kernel;
    window.padding_h = window.padding_w = kernel / 2;
    window.height = window.width = window.out_height = window.out_width = side;
    weights.rows = rows;
    weights.columns = channels * kernel * kernel;
    weights.coded = true;
    weights.codes.entries = 256;
    weights.codes.block_size = d;
    codes.resize(std::size_t{rows} * (weights.columns / d));
    tests::Uniform uniform(tests::test_seed());
    for (auto& code : codes) code = static_cast<std::uint8_t>(uniform.below(used));
    weights.codes.codes = codes.data();
  }

  double by_decode(const Int8Kernel& kernel, std::uint32_t threads = 1) const {
    return predict_decode(core_cost(kernel.required), weights, window, kernel, threads).ns;
  }
  double by_table(const TableKernel& kernel, std::uint32_t threads = 1) const {
    return predict_table(core_cost(kernel.required), weights, window, kernel, threads).ns;
  }
};

// A kernel of an instruction set that this CPU may not have: nothing but its sizes is looked at.
Int8Kernel int8_kernel(IsaSet isa, std::uint32_t rows, std::uint32_t tile, std::uint32_t word_k,
                       std::uint32_t word_bytes) {
  Int8Kernel kernel = {};
  static_cast<PanelKernel&>(kernel) = {"", isa, rows, tile, word_k, word_bytes, nullptr};
  kernel.lanes = 1;
  return kernel;
}

TEST_CASE("distinct codes are counted, in all blocks of narrow layers") {
  Layer layer(3, 8, 1, 1, 4);
  const std::uint8_t codes[] = {7, 1, 7, 2, 9, 2};
  layer.weights.codes.codes = codes;
  CHECK(distinct_codes(layer.weights, 0, 3) == 2.0);  // {7, 9} and {1, 2}.
  CHECK(distinct_codes(layer.weights, 0, 2) == 1.5);
  CHECK(distinct_codes(layer.weights, 2, 1) == 1.0);
}

TEST_CASE("distinct codes of wide layers are close to those of all blocks") {
  const Layer layer(200, 1024, 1, 1, 4, 100);
  const std::uint32_t blocks = 256;
  std::size_t distinct = 0;
  for (std::uint32_t b = 0; b < blocks; ++b) {
    std::set<std::uint8_t> seen;
    for (std::uint32_t r = 0; r < 200; ++r) seen.insert(layer.codes[r * blocks + b]);
    distinct += seen.size();
  }
  CHECK(distinct_codes(layer.weights, 0, 200) ==
        doctest::Approx(static_cast<double>(distinct) / blocks).epsilon(0.05));
}

TEST_CASE("the work of decoding is that of the formula") {
  const Int8Kernel kernel = int8_kernel(kIsaAvx2, 6, 16, 2, 4);
  const Layer layer(65, 18, 3, 7, 9);  // 162 columns; 49 positions fit one block.
  const DecodeWork work =
      predict_decode(core_cost(kIsaAvx2), layer.weights, layer.window, kernel, 1).work;
  const std::uint32_t lanes = core_cost(kIsaAvx2).decode_lanes;
  const double positions = (49 + lanes - 1) / lanes * lanes;
  CHECK(work.macs == 66 * positions * 162);
  CHECK(work.codes == 65 * 18);
  CHECK(work.numbers == 65 * 162);
  CHECK(work.packed == positions * 162);
  CHECK(work.gathered == 49 * 162);
  CHECK(work.finished == 65 * 49);
  // Of 1024 columns, 512 KiB of packed inputs hold 16 tiles: 256 of 784 positions.
  const Layer deep(64, 1024, 1, 28, 8);
  const DecodeWork blocks =
      predict_decode(core_cost(kIsaAvx2), deep.weights, deep.window, kernel, 1).work;
  CHECK(blocks.codes == 64 * 128 * 4);
  CHECK(blocks.gathered == 0);
}

TEST_CASE("expanded weights are read, their codes are not") {
  const Int8Kernel kernel = int8_kernel(kIsaAvx2, 6, 16, 2, 4);
  const Layer layer(64, 1024, 1, 28, 8);
  const CoreCost& core = core_cost(kIsaAvx2);
  const auto decode = predict_decode(core, layer.weights, layer.window, kernel, 1);
  const auto expanded = predict_expanded(core, layer.weights, layer.window, kernel, 1);
  CHECK(expanded.work.codes == 0);
  CHECK(expanded.work.numbers == decode.work.numbers);
  CHECK(expanded.work.macs == decode.work.macs);
  CHECK(decode.ns - expanded.ns ==
        doctest::Approx(decode.work.codes * core.decode.codes +
                        decode.work.numbers * (core.decode.numbers - core.expanded)));
}

TEST_CASE("the work of tables is that of the formula, for the codes that occur") {
  const TableKernel kernel = {"", kIsaAvx2, 32, 2, 2, nullptr, nullptr};
  const double lanes = core_cost(kIsaAvx2).table_lanes;
  const Layer few(65, 18, 3, 7, 9, 1);  // 18 blocks, one code each.
  const TableWork work =
      predict_table(core_cost(kIsaAvx2), few.weights, few.window, kernel, 1).work;
  const double vectors = std::ceil(49 / lanes);
  CHECK(work.rows == vectors * 18);
  CHECK(work.pairs == vectors * 18 * 5);
  CHECK(work.added == vectors * 18 * 65);
  CHECK(work.finished == vectors * 65);
  CHECK(work.listed == 18 * 65);
  CHECK(work.gathered == 49 * 162);
  const Layer many(512, 16, 1, 7, 8, 1);  // Twice as many rows as codewords: all are built.
  const TableWork all =
      predict_table(core_cost(kIsaAvx2), many.weights, many.window, kernel, 1).work;
  CHECK(all.rows == vectors * 2 * 256);
  CHECK(all.listed == 0);
  CHECK(all.gathered == 0);
}

TEST_CASE("every set of kernels has figures, the best that it can use") {
  CHECK(std::string(core_cost(kIsaAvx2 | kIsaAvx512 | kIsaVnni).core) == "Zen 5");
  CHECK(std::string(core_cost(kIsaAvx2 | kIsaAvxVnni).core) == "Emerald Rapids");
  for (const CoreCost& cost : core_costs()) {
    CAPTURE(std::string(cost.core));
    CHECK(core_cost(cost.isa).isa == cost.isa);
    CHECK(cost.decode.macs > 0);
    CHECK(cost.table.added > 0);
    CHECK(cost.table.rows + cost.table.pairs > 0);
  }
  for (const Int8Kernel* kernel : int8_kernels()) {
    CHECK(core_cost(kernel->required).isa == kernel->required);
  }
  for (const TableKernel* kernel : table_kernels()) {
    CHECK(core_cost(kernel->required).isa == kernel->required);
  }
  CHECK(core_cost(kIsaPortable).isa == kIsaPortable);
  CHECK(core_cost(kIsaVnni).isa == kIsaPortable);  // Without AVX-512 it is nothing.
}

TEST_CASE("more of anything takes longer, and threads share it") {
  for (const Int8Kernel* int8 : int8_kernels()) {
    const TableKernel& table = select_table(int8->required);
    const Layer layer(128, 128, 1, 28, 8);
    for (const Layer& more : {Layer(256, 128, 1, 28, 8), Layer(128, 256, 1, 28, 8),
                              Layer(128, 128, 1, 40, 8), Layer(128, 128, 3, 28, 9)}) {
      CHECK(more.by_decode(*int8) > layer.by_decode(*int8));
      CHECK(more.by_table(table) > layer.by_table(table));
    }
    CHECK(layer.by_decode(*int8, 2) < 0.7 * layer.by_decode(*int8));
    CHECK(layer.by_table(table, 2) < 0.7 * layer.by_table(table));
    CHECK(layer.by_decode(*int8, 2) >= 0.5 * layer.by_decode(*int8));
    CHECK(layer.by_table(table, 2) >= 0.5 * layer.by_table(table));
    // Smaller blocks mean more tables, to build and to look up in.
    CHECK(Layer(128, 128, 1, 28, 4).by_table(table) > 1.2 * layer.by_table(table));
  }
}

}  // namespace
}  // namespace bitdown::kernels

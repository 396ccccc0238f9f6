// SPDX-License-Identifier: MIT
#include "kernels/table/table.h"

#include <algorithm>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/table/reference.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"
#include "support/random.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

std::vector<const TableKernel*> runnable() {
  return tests::runnable(table_kernels());
}

TEST_CASE("every table ISA of this machine runs") {
  std::string names;
  for (const TableKernel* kernel : runnable()) names += std::string(" ") + kernel->name;
  MESSAGE("table kernels run:" << names);
  for (const char* name : tests::expected_table_isas()) {
    CHECK(names.find(name) != std::string::npos);
  }
}

// Builds one table of `count` of 16 codewords, with shifts from `shift` to two more; every buffer
// ends at a guard page.
template <typename Number>
void check_build(const TableKernel& kernel, std::uint32_t d, std::uint32_t positions,
                 std::uint32_t count, std::uint32_t shift) {
  tests::Uniform uniform(tests::test_seed());
  const std::uint32_t stride = table_codeword_stride(d, kernel.word_k);
  GuardedBuffer<std::uint8_t> lines(std::size_t{d} * positions);
  GuardedBuffer<Number> codebook(std::size_t{16} * stride);
  GuardedBuffer<std::uint8_t> shifts(16);
  GuardedBuffer<std::uint8_t> codes(count);
  GuardedBuffer<std::int16_t> table(std::size_t{kTableRows} * kernel.tile);
  const bool extreme = shift > 5;
  for (auto& v : lines) v = static_cast<std::uint8_t>(extreme ? 0 : uniform.below(256));
  for (std::size_t i = 0; i < 16 * stride; ++i) {
    const int value = extreme ? (i / stride % 2 == 0 ? 127 : -127) : int(uniform.below(61)) - 30;
    codebook[i] = static_cast<Number>(i % stride < d ? value : 0);
  }
  for (std::size_t i = 0; i < 16; ++i) shifts[i] = static_cast<std::uint8_t>(shift + i % 3);
  for (std::uint32_t i = 0; i < count; ++i) {
    codes[i] = static_cast<std::uint8_t>(15 - i);
  }
  std::fill(table.begin(), table.end(), std::int16_t{-12345});
  TableBuildArgs args;
  args.lines = lines.data();
  args.line_stride = positions;
  args.block_size = d;
  args.positions = positions;
  args.codebook = codebook.data();
  args.codes = codes.data();
  args.count = count;
  args.shifts = shifts.data();
  args.table = table.data();
  kernel.build(args);
  for (const std::uint8_t code : codes.span()) {
    for (std::uint32_t p = 0; p < positions; ++p) {
      REQUIRE(int{table[code * kernel.tile + p]} ==
              table_reference<Number>(args, kernel.word_k, code, p));
    }
  }
  // Rows of codes that were not asked for are not touched.
  for (std::uint32_t p = 0; p < kernel.tile; ++p) REQUIRE(table[p] == -12345);
}

void check_build(const TableKernel& kernel, std::uint32_t d, std::uint32_t positions,
                 std::uint32_t count, std::uint32_t shift) {
  if (kernel.number_bytes == 1) return check_build<std::int8_t>(kernel, d, positions, count, shift);
  check_build<std::int16_t>(kernel, d, positions, count, shift);
}

TEST_CASE("tables equal the formula for every block size, tile width and shift") {
  for (const TableKernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(tests::test_seed());
    for (std::uint32_t positions = 1; positions <= kernel->tile; ++positions) {
      CAPTURE(positions);
      for (const std::uint32_t d : {1u, 2u, 3u, 4u, 8u, 9u, 18u, 31u, 32u}) {
        CAPTURE(d);
        check_build(*kernel, d, positions, 1 + positions % 4, 4 + d / 31);
        check_build(*kernel, d, positions, 3, 6);
      }
      check_build(*kernel, 4, positions, 15, 0 + 1);
    }
    check_build(*kernel, 1, kernel->tile, 4, 0);
  }
}

// Adds up tables of any numbers in two calls; where a sum leaves int16 it wraps on every ISA.
void check_add(const TableKernel& kernel, std::uint32_t rows, std::uint32_t blocks,
               std::uint32_t positions, bool wrap) {
  tests::Uniform uniform(tests::test_seed());
  const std::uint32_t code_stride = blocks + 3;
  GuardedBuffer<std::uint8_t> codes(std::size_t{rows - 1} * code_stride + blocks);
  GuardedBuffer<std::int16_t> table(std::size_t{blocks} * kTableRows * kernel.tile);
  GuardedBuffer<std::int32_t> sums(std::size_t{rows} * kernel.tile);
  for (auto& v : codes) v = static_cast<std::uint8_t>(uniform.below(256));
  const std::uint32_t range = wrap ? 65536 : 65535 / kTableBlocks;
  for (auto& v : table) v = static_cast<std::int16_t>(int(uniform.below(range)) - int(range / 2));
  for (auto& v : sums) v = 99;
  TableAddArgs args;
  args.codes = codes.data();
  args.code_stride = code_stride;
  args.rows = rows;
  args.blocks = blocks;
  args.table = table.data();
  args.sums = sums.data();
  args.positions = positions;
  args.first = true;
  kernel.add(args);
  args.first = false;
  kernel.add(args);
  for (std::uint32_t r = 0; r < rows; ++r) {
    for (std::uint32_t p = 0; p < positions; ++p) {
      std::int32_t sum = 0;
      for (std::uint32_t b = 0; b < blocks; ++b) {
        sum += table[(b * kTableRows + codes[r * code_stride + b]) * kernel.tile + p];
      }
      const std::int32_t wrapped = static_cast<std::int16_t>(static_cast<std::uint16_t>(sum));
      if (!wrap) REQUIRE(wrapped == sum);
      REQUIRE(sums[r * kernel.tile + p] == 2 * wrapped);
    }
  }
}

TEST_CASE("adding is exact in int32 across calls and modulo 2^16 within one") {
  for (const TableKernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(tests::test_seed());
    for (std::uint32_t blocks = 1; blocks <= kTableBlocks; ++blocks) {
      for (std::uint32_t positions = 1; positions <= kernel->tile; ++positions) {
        CAPTURE(blocks);
        CAPTURE(positions);
        check_add(*kernel, 1 + positions % 3, blocks, positions, false);
        check_add(*kernel, 2, blocks, positions, true);
      }
    }
  }
}

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/gemm_i8.h"

#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"
#include "support/random.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

std::vector<const Int8Kernel*> runnable() {
  return tests::runnable(int8_kernels());
}

TEST_CASE("codewords are copied whole, whatever their size, within the slack") {
  CAPTURE(tests::test_seed());
  tests::Uniform uniform(tests::test_seed());
  for (const Int8Kernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    for (const std::uint32_t bytes : {1u, 2u, 4u, 8u, 9u, 16u, 18u, 27u, 36u, 256u}) {
      constexpr std::uint32_t kEntries = 256;
      GuardedBuffer<std::byte> codebook(kEntries * bytes + kCodewordSlack);
      for (auto& v : codebook) v = static_cast<std::byte>(uniform.below(256));
      for (std::uint32_t count = 1; count <= 9; ++count) {
        GuardedBuffer<std::uint8_t> codes(count);
        for (auto& code : codes) code = static_cast<std::uint8_t>(uniform.below(kEntries));
        codes[0] = kEntries - 1;
        GuardedBuffer<std::byte> out(count * bytes + kCodewordSlack);
        kernel->copy_codewords({codes.data(), count, codebook.data(), bytes, out.data()});
        for (std::uint32_t i = 0; i < count * bytes; ++i) {
          REQUIRE(out[i] == codebook[codes[i / bytes] * bytes + i % bytes]);
        }
      }
    }
  }
}

// Random codes of rows that take different versions of a codebook, in numbers of T.
template <typename T>
struct CodedRows {
  static constexpr std::uint32_t kEntries = 256, kVersions = 4;
  GuardedBuffer<std::uint8_t> codes, versions;
  GuardedBuffer<T> codebooks;

  CodedRows(std::uint32_t rows, std::uint32_t blocks, std::uint32_t d)
      : codes(std::size_t{rows} * blocks),
        versions(rows),
        codebooks(std::size_t{kVersions} * kEntries * d) {
    tests::Uniform uniform(tests::test_seed());
    for (auto& code : codes) code = static_cast<std::uint8_t>(uniform.below(kEntries));
    for (auto& version : versions) version = static_cast<std::uint8_t>(uniform.below(kVersions));
    for (auto& number : codebooks) number = static_cast<T>(int(uniform.below(255)) - 127);
    codes[codes.span().size() - 1] = kEntries - 1;
    versions[rows - 1] = kVersions - 1;
  }

  std::vector<T> decoded(std::uint32_t rows, std::uint32_t blocks, std::uint32_t d) {
    std::vector<T> panel;
    for (std::uint32_t i = 0; i < rows * blocks; ++i) {
      const T* const word = codebooks.data() + (versions[i / blocks] * kEntries + codes[i]) * d;
      panel.insert(panel.end(), word, word + d);
    }
    return panel;
  }
};

struct CodedCase {
  std::uint32_t rows, d, positions;
  bool extra;
  bool residual;  // In place, so that rows which are finished twice would show.
};

// coded() gives what finish() makes of the sums that accumulate() gives for decoded rows, and few()
// for one more position; it writes nothing else.
template <typename T>
void check_coded(const Int8Kernel& kernel, const CodedCase& c) {
  const std::uint32_t blocks = 24;  // More words than lie between a store and its load.
  CodedRows<T> coded(c.rows, blocks, c.d);
  const std::uint32_t words = blocks * c.d / kernel.word_k;
  GuardedBuffer<T> b(std::size_t{words} * kernel.tile * kernel.word_k);
  GuardedBuffer<T> one(std::size_t{words} * kernel.word_k);
  tests::Uniform uniform(tests::test_seed());
  for (auto& v : b) v = static_cast<T>(uniform.below(256));
  for (auto& v : one) v = static_cast<T>(uniform.below(256));
  const std::size_t stride = c.positions + 3;
  GuardedBuffer<std::uint8_t> out((c.rows - 1) * stride + c.positions);
  for (auto& v : out) v = static_cast<std::uint8_t>(uniform.below(256));
  GuardedBuffer<RowFinish> finishes(c.rows);
  for (auto& row : finishes) row = {1e-4f * uniform(), 128.0f + 100.0f * uniform()};
  GuardedBuffer<std::int32_t> extra_c((c.rows - 1) * 3 + 1);
  std::vector<std::uint8_t> expected(out.begin(), out.end());
  Int8CodedArgs args;
  args.codes = coded.codes.data();
  args.code_stride = args.blocks = blocks;
  args.block_size = c.d;
  args.codebooks = coded.codebooks.data();
  args.version_size = std::size_t{CodedRows<T>::kEntries} * c.d;
  args.versions = coded.versions.data();
  args.b = b.data();
  args.rows = c.rows;
  args.positions = c.positions;
  args.outputs = {
      c.residual ? out.data() : nullptr, out.data(), stride, finishes.data(), 0.71f, 30.0f};
  args.extra = c.extra ? one.data() : nullptr;
  args.extra_c = extra_c.data();
  args.extra_stride = 3;
  kernel.coded(args);
  std::vector<T> panel = coded.decoded(c.rows, blocks, c.d);
  const std::uint32_t padded = (c.rows + kernel.rows - 1) / kernel.rows * kernel.rows;
  panel.resize(std::size_t{padded} * blocks * c.d);
  std::vector<std::int32_t> all(std::size_t{padded} * kernel.tile);
  kernel.accumulate({panel.data(), words, b.data(), b.span().size() / kernel.word_k, all.data(),
                     kernel.tile, padded, words, c.positions, true});
  Int8FinishArgs finish{args.outputs, all.data(), kernel.tile, c.rows, c.positions};
  finish.out = expected.data();
  if (c.residual) finish.residual = expected.data();
  kernel.finish(finish);
  for (std::size_t i = 0; i < expected.size(); ++i) REQUIRE(out[i] == expected[i]);
  std::vector<std::int32_t> beside(padded);
  kernel.few({panel.data(), words, one.data(), words, beside.data(), 1, padded, words, 1});
  for (std::uint32_t r = 0; c.extra && r < c.rows; ++r) REQUIRE(extra_c[r * 3] == beside[r]);
}

TEST_CASE("products straight from codes are those of decoded rows") {
  CAPTURE(tests::test_seed());
  for (const Int8Kernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    if (kernel->coded == nullptr) continue;
    for (const std::uint32_t d : {4u, 8u, 18u}) {
      for (const std::uint32_t rows : {kernel->rows, 2 * kernel->rows + 3}) {
        for (std::uint32_t positions = 1; positions <= kernel->tile; ++positions) {
          for (const bool extra : {false, kernel->codes_extra && positions == kernel->tile}) {
            for (const bool residual : {false, true}) {
              CAPTURE(d);
              CAPTURE(rows);
              CAPTURE(positions);
              CAPTURE(residual);
              const CodedCase c = {rows, d, positions, extra, residual};
              if (element_bytes(*kernel) == 1) {
                check_coded<std::int8_t>(*kernel, c);
              } else {
                check_coded<std::int16_t>(*kernel, c);
              }
            }
          }
        }
      }
    }
  }
}

TEST_CASE("other codewords are decoded first") {
  for (const Int8Kernel* kernel : int8_kernels()) {
    CHECK(can_multiply_codes(8, 64, *kernel));
    CHECK(!can_multiply_codes(9, 36, *kernel));
    if (kernel->word_k == 4) CHECK(!can_multiply_codes(18, 18, *kernel));  // Not in whole words.
  }
}

}  // namespace
}  // namespace bitdown::kernels

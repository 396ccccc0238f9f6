// SPDX-License-Identifier: MIT
#include "kernels/weights/weights.h"

#include <vector>

#include "doctest/doctest.h"
#include "kernels/half/half.h"
#include "kernels/weights/reference.h"
#include "support/guarded_buffer.h"
#include "support/random.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

// Random codes whose planes, codebook and output all end at guard pages.
struct CodedCase {
  GuardedBuffer<std::uint8_t> codes;
  GuardedBuffer<std::uint8_t> high;
  GuardedBuffer<std::uint16_t> codebook;
  WeightMatrix matrix;

  CodedCase(std::uint32_t rows, std::uint32_t blocks, std::uint32_t d, std::uint32_t high_bits)
      : codes(std::size_t{rows} * blocks),
        high((std::size_t{rows} * blocks * high_bits + 7) / 8),
        codebook((std::size_t{256} << high_bits) * d) {
    tests::Uniform uniform(tests::test_seed());
    for (auto& code : codes) code = static_cast<std::uint8_t>(uniform.below(256));
    for (auto& bits : high) bits = static_cast<std::uint8_t>(uniform.below(256));
    for (auto& value : codebook) value = float_to_half(uniform());
    matrix.rows = rows;
    matrix.columns = blocks * d;
    matrix.coded = true;
    matrix.codes = {codes.data(),      high_bits == 0 ? nullptr : high.data(),
                    high_bits,         codebook.data(),
                    256u << high_bits, d};
  }
};

void check_range(const WeightMatrix& matrix, const WeightRange& range) {
  std::vector<float> codebook(matrix.codebook_elements());
  expand_codebook(matrix, codebook.data());
  const std::size_t stride = range.columns + 3;
  GuardedBuffer<float> out((range.rows - 1) * stride + range.columns);
  read_weights(matrix, codebook.data(), range, out.data(), stride);
  for (std::uint32_t r = 0; r < range.rows; ++r) {
    for (std::uint32_t c = 0; c < range.columns; ++c) {
      REQUIRE(out[r * stride + c] == weight_reference(matrix, range.row + r, range.column + c));
    }
  }
}

TEST_CASE("codes of 8 to 16 bits expand to their codewords for every block size") {
  CAPTURE(tests::test_seed());
  for (const std::uint32_t d : {1u, 2u, 3u, 4u, 5u, 8u, 9u, 16u, 18u, 25u}) {
    for (std::uint32_t high_bits = 0; high_bits <= 8; high_bits += d == 4 ? 1 : 4) {
      CAPTURE(d);
      CAPTURE(high_bits);
      const CodedCase coded(5, 7, d, high_bits);
      check_range(coded.matrix, {0, 5, 0, 7 * d});
      check_range(coded.matrix, {4, 1, 6 * d, d});
      check_range(coded.matrix, {1, 3, 2 * d, 3 * d});
    }
  }
}

TEST_CASE("dense weights are read in both precisions") {
  tests::Uniform uniform(tests::test_seed());
  GuardedBuffer<float> single(5 * 7);
  GuardedBuffer<std::uint16_t> half(5 * 7);
  for (std::size_t i = 0; i < 35; ++i) {
    single[i] = uniform();
    half[i] = float_to_half(single[i]);
  }
  WeightMatrix matrix;
  matrix.rows = 5;
  matrix.columns = 7;
  matrix.dense = {single.data(), false};
  check_range(matrix, {0, 5, 0, 7});
  check_range(matrix, {4, 1, 6, 1});
  matrix.dense = {half.data(), true};
  check_range(matrix, {0, 5, 0, 7});
  check_range(matrix, {2, 3, 3, 4});
}

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/weights/weights.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/half/half.h"
#include "kernels/weights/matrix_vector.h"
#include "kernels/weights/reference.h"
#include "support/guarded_buffer.h"
#include "support/random.h"
#include "support/reach.h"

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

// The furthest that a codeword of the row, or of all rows, goes.
float reach_of_rows(const WeightMatrix& matrix, std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t d = matrix.codes.block_size;
  float reach = 0.0f;
  for (std::uint32_t row = begin; row < end; ++row) {
    for (std::uint32_t k = 0; k < matrix.columns; k += d) {
      std::vector<float> codeword(d);
      for (std::uint32_t e = 0; e < d; ++e) codeword[e] = weight_reference(matrix, row, k + e);
      reach = std::max(reach, tests::reach_reference(codeword));
    }
  }
  return reach;
}

// The last of the grids that a row's codewords stay within.
std::uint32_t expected_version(const WeightMatrix& matrix, std::uint32_t row, float step) {
  const float reach = reach_of_rows(matrix, row, row + 1) / step;
  std::uint32_t version = 0;
  while (version + 1 < kCodebookVersions &&
         reach * std::exp2(0.5f * static_cast<float>(version + 1)) <=
             tests::largest_reach(matrix.codes.block_size)) {
    ++version;
  }
  return version;
}

TEST_CASE("each row takes the finest version that has all its codewords, within one step") {
  CAPTURE(tests::test_seed());
  for (const std::uint32_t high_bits : {0u, 1u, 3u, 8u}) {
    CAPTURE(high_bits);
    CodedCase coded(200, 2, 3, high_bits);
    for (auto& value : coded.codebook) {  // Small numbers often.
      const float number = half_to_float(value);
      value = float_to_half(number * number * number * number * number);
    }
    const std::size_t elements = coded.matrix.codebook_elements();
    GuardedBuffer<std::int8_t> versions(elements * kCodebookVersions);
    GuardedBuffer<std::uint8_t> finest(coded.matrix.codes.entries);
    GuardedBuffer<std::uint8_t> rows(200);
    const CodebookGrids grids = quantize_codebook(coded.matrix, versions.data(), finest.data());
    choose_versions(coded.matrix, finest.data(), rows.data());
    bool seen[kCodebookVersions] = {};
    for (std::uint32_t row = 0; row < 200; ++row) {
      const std::uint32_t version = rows[row];
      REQUIRE(version == expected_version(coded.matrix, row, grids.steps[0]));
      seen[version] = true;
      std::int8_t q[6];
      read_codes(coded.matrix, versions.data() + version * elements, {row, 1, 0, 6}, q, 6);
      for (std::uint32_t k = 0; k < 6; ++k) {
        const float number = weight_reference(coded.matrix, row, k) / grids.steps[version];
        REQUIRE(std::fabs(static_cast<float>(q[k]) - number) <= 1.001f);
      }
    }
    for (const bool version : seen) CHECK(version);
  }
}

// Every codeword of all versions, whose numbers are near the limit together.
void check_reach(std::uint32_t d) {
  CodedCase coded(64, 4, d, 0);
  for (auto& value : coded.codebook) {
    if (half_to_float(value) < 0) value ^= 0x8000u;  // Only positive ones.
  }
  const std::size_t elements = coded.matrix.codebook_elements();
  GuardedBuffer<std::int8_t> versions(elements * kCodebookVersions);
  GuardedBuffer<std::uint8_t> finest(coded.matrix.codes.entries);
  quantize_codebook(coded.matrix, versions.data(), finest.data());
  float most = 0.0f;
  for (std::uint32_t k = 0; k < coded.matrix.codes.entries; ++k) {
    for (std::uint32_t version = 0; version <= finest[k]; ++version) {
      const std::int8_t* const q = versions.data() + version * elements + std::size_t{k} * d;
      most = std::max(most, tests::reach_reference(std::vector<float>(q, q + d)));
    }
  }
  CHECK(most <= 127.0f);
  CHECK(most >= 120.0f);
}

TEST_CASE("rounded codewords stay within reach") {
  CAPTURE(tests::test_seed());
  for (const std::uint32_t d : {4u, 8u, 9u, 18u}) {
    CAPTURE(d);
    check_reach(d);
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

TEST_CASE("a matrix times a vector is the sum over its codewords") {
  CAPTURE(tests::test_seed());
  constexpr std::uint32_t kRows = 5;
  for (const std::uint32_t d : {1u, 4u, 8u, 9u, 18u}) {
    for (const std::uint32_t high_bits : {0u, 1u, 2u, 3u, 8u}) {
      for (const std::uint32_t blocks : {1u, 2u, 3u, 7u, 255u, 256u, 257u, 300u}) {
        CAPTURE(d);
        CAPTURE(high_bits);
        CAPTURE(blocks);
        const CodedCase coded(kRows, blocks, d, high_bits);
        std::vector<float> codebook(coded.matrix.codebook_elements());
        expand_codebook(coded.matrix, codebook.data());
        tests::Uniform uniform(tests::test_seed() + blocks);
        GuardedBuffer<float> x(coded.matrix.columns);
        for (float& value : x) value = uniform();
        GuardedBuffer<float> sums(kRows - 1);
        matrix_vector(coded.matrix, codebook.data(), x.data(), 1, kRows - 1, sums.data());
        for (std::uint32_t r = 1; r < kRows; ++r) {
          double expected = 0;
          double size = 0;
          for (std::uint32_t c = 0; c < coded.matrix.columns; ++c) {
            const double product = static_cast<double>(weight_reference(coded.matrix, r, c)) *
                                   static_cast<double>(x[c]);
            expected += product;
            size += std::abs(product);
          }
          REQUIRE(std::abs(static_cast<double>(sums[r - 1]) - expected) <= 1e-6 * size + 1e-12);
        }
      }
    }
  }
}

}  // namespace
}  // namespace bitdown::kernels

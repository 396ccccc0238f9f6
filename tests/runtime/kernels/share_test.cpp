// SPDX-License-Identifier: MIT
#include "kernels/convolution/share.h"

#include <vector>

#include "doctest/doctest.h"
#include "kernels/gemm/gemm.h"

namespace bitdown::kernels {
namespace {

// Every output belongs to one share.
template <typename Range>
void check_owners(std::uint32_t rows, std::uint32_t positions, std::uint32_t count,
                  const Range& range_of) {
  std::vector<int> owners(std::size_t{rows} * positions, 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    const OutputRange range = range_of(Share{i, count});
    for (std::uint32_t r = range.row; r < range.row + range.rows; ++r) {
      for (std::uint32_t p = range.position; p < range.position + range.positions; ++p) {
        owners[std::size_t{r} * positions + p] += 1;
      }
    }
  }
  for (const int owner : owners) REQUIRE(owner == 1);
}

// Cuts lie on the kernel's rows and tiles.
void check_cover(std::uint32_t rows, std::uint32_t positions, std::uint32_t count) {
  CAPTURE(rows);
  CAPTURE(positions);
  CAPTURE(count);
  const GemmKernel& kernel = *gemm_kernels().back();
  check_owners(rows, positions, count, [&](Share share) {
    const OutputRange range = output_range(rows, positions, kernel, share);
    REQUIRE(range.row % kernel.rows == 0);
    REQUIRE(range.position % kernel.tile == 0);
    return range;
  });
  check_owners(rows, positions, count, [&](Share share) {
    const OutputRange range = table_range(rows, positions, 32, share);
    REQUIRE(range.position % 32 == 0);
    return range;
  });
}

TEST_CASE("shares cover the outputs without overlap") {
  for (const std::uint32_t count : {1u, 2u, 3u, 5u, 64u}) {
    for (const std::uint32_t rows : {1u, 4u, 7u, 64u, 129u}) {
      for (const std::uint32_t positions : {1u, 15u, 49u, 196u, 3137u}) {
        check_cover(rows, positions, count);
      }
    }
  }
}

TEST_CASE("tables are cut by positions where that keeps every thread busy, else by rows") {
  CHECK(table_range(512, 49, 32, {0, 2}).positions == 32);    // Two tiles.
  CHECK(table_range(512, 196, 32, {1, 2}).positions == 100);  // Three of seven.
  CHECK(table_range(512, 49, 32, {0, 3}).rows == 170);
  CHECK(table_range(512, 80, 32, {1, 2}).rows == 256);  // Two against one.
}

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/im2col/columns.h"

#include <algorithm>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/im2col/reference.h"
#include "support/guarded_buffer.h"
#include "support/random.h"
#include "support/windows.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

constexpr std::uint8_t kZero = 7;

// Compares row k with the formula; what is inside must be readable as well.
void check_row(const Columns& columns, const Int8Line& row, const Window& w, const std::uint8_t* x,
               std::uint32_t k, std::uint32_t first, std::uint32_t count, std::uint32_t tile) {
  const std::span<const std::uint8_t> readable = columns.readable();
  for (std::uint32_t p = 0; p < (count + tile - 1) / tile * tile; ++p) {
    const bool inside = (row.inside[p / tile] >> p % tile & 1) != 0;
    if (p >= count) {
      REQUIRE(!inside);
      continue;
    }
    const std::uint8_t* const from = row.line + p;
    REQUIRE(int{inside ? *from : kZero} == int{im2col_reference(w, x, k, first + p, kZero)});
    if (inside) REQUIRE((from >= readable.data() && from < readable.data() + readable.size()));
  }
}

void check_block(const Window& w, const std::uint8_t* x, std::uint32_t first, std::uint32_t count,
                 std::uint32_t tile) {
  GuardedBuffer<std::byte> scratch(Columns::scratch(w, count, tile));
  std::fill(scratch.begin(), scratch.end(), std::byte{0xff});
  Columns columns(w, x, kZero, first, count, tile, scratch.data());
  const std::uint32_t rows = w.channels * w.kernel_h * w.kernel_w;
  // In groups as packing takes them: all of a group are used after the last was fetched.
  for (std::uint32_t k = 0; k < rows; k += Columns::kAlive) {
    Int8Line group[Columns::kAlive];
    columns.next(group, Columns::kAlive);
    for (std::uint32_t i = 0; i < Columns::kAlive; ++i) {
      const std::uint32_t row = std::min(k + i, rows - 1);
      check_row(columns, group[i], w, x, row, first, count, tile);
    }
  }
}

TEST_CASE("every row agrees with the formula, whole and in pieces") {
  CAPTURE(tests::test_seed());
  tests::Uniform uniform(tests::test_seed());
  for (const Window& w : tests::sample_windows(3)) {
    CAPTURE(tests::describe(w));
    GuardedBuffer<std::uint8_t> x(w.channels * w.plane());
    for (auto& v : x) v = static_cast<std::uint8_t>(8 + uniform.below(240));  // Never kZero.
    const std::uint32_t all = w.positions();
    for (const std::uint32_t tile : {4u, 48u, 64u}) {
      for (const std::uint32_t piece : {all, 1u, 5u}) {
        for (std::uint32_t first = 0; first < all; first += piece) {
          check_block(w, x.data(), first, std::min(piece, all - first), tile);
        }
      }
    }
  }
}

}  // namespace
}  // namespace bitdown::kernels

// SPDX-License-Identifier: MIT
#include "kernels/gemm_i8/gemm_i8.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "cpu.h"
#include "doctest/doctest.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"
#include "support/random.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

// All that this CPU can run, with those for rows of codewords.
std::vector<const Int8Kernel*> runnable() {
  std::vector<const Int8Kernel*> kernels = tests::runnable(int8_kernels());
  for (std::size_t i = 0, count = kernels.size(); i < count; ++i) {
    for (const std::uint32_t d : {8u, 18u}) {
      const Int8Kernel* const other = &kernels[i]->of_codewords(d);
      if (other != kernels[i]) kernels.push_back(other);
    }
  }
  return kernels;
}

// A weight in [-127, 127]; of chained kernels so small that any four add up to 127 at most.
int any_weight(const Int8Kernel& kernel, tests::Uniform& uniform) {
  const int most = kernel.chained ? 31 : 127;
  return static_cast<int>(uniform.below(static_cast<std::uint32_t>(2 * most + 1))) - most;
}

// The largest; of chained kernels every quad adds up to 127, wherever its words begin.
int extreme_weight(const Int8Kernel& kernel, std::uint32_t k) {
  if (!kernel.chained) return 127;
  return k % 8 == 0 || k % 8 == 2 ? 31 : 32;
}

struct Shape {
  std::uint32_t rows, depth, positions;
};

// A weight row in a kernel's words: int8 or int16 elements, the last word filled with 0.
template <typename T>
void fill_panel(const std::vector<int>& a, const Shape& s, std::uint32_t padded, T* panel) {
  for (std::uint32_t r = 0; r < s.rows; ++r) {
    for (std::uint32_t k = 0; k < padded; ++k) {
      panel[r * padded + k] = k < s.depth ? static_cast<T>(a[r * s.depth + k]) : T{0};
    }
  }
}

// Packs, multiplies in two chunks and compares every sum; all buffers end at guard pages.
void check_product(const Int8Kernel& kernel, const Shape& s, bool extreme) {
  tests::Uniform uniform(tests::test_seed());
  std::vector<int> a(std::size_t{s.rows} * s.depth);
  std::vector<std::uint8_t> b(std::size_t{s.depth} * s.positions);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const auto k = static_cast<std::uint32_t>(i % s.depth);
    // Chained weights keep their sign along a row, so that nothing cancels in a lane.
    const bool negative = kernel.chained ? i / s.depth % 2 == 0 : uniform.below(2) == 0;
    const int largest = extreme_weight(kernel, k);
    a[i] = !extreme ? any_weight(kernel, uniform) : negative ? -largest : largest;
  }
  for (auto& v : b)
    v = static_cast<std::uint8_t>(extreme ? (uniform.below(8) != 0) * 255 : uniform.below(256));
  const std::uint32_t words = (s.depth + kernel.word_k - 1) / kernel.word_k;
  const std::uint32_t padded = words * kernel.word_k;
  GuardedBuffer<std::byte> panel(std::size_t{s.rows} * words * kernel.word_bytes);
  if (kernel.word_bytes == kernel.word_k) {
    fill_panel(a, s, padded, reinterpret_cast<std::int8_t*>(panel.data()));
  } else {
    fill_panel(a, s, padded, reinterpret_cast<std::int16_t*>(panel.data()));
  }
  const std::uint32_t tiles = (s.positions + kernel.tile - 1) / kernel.tile;
  GuardedBuffer<std::byte> packed(std::size_t{tiles} * kernel.tile * words * kernel.word_bytes);
  GuardedBuffer<std::uint8_t> line(s.positions);
  std::vector<std::uint64_t> inside(tiles);
  for (std::uint32_t p = 0; p < s.positions; ++p) {
    inside[p / kernel.tile] |= std::uint64_t{1} << p % kernel.tile;
  }
  for (std::uint32_t word = 0; word < words; ++word) {
    std::vector<std::vector<std::uint8_t>> others;
    Int8Line lines[4];
    for (std::uint32_t i = 0; i < kernel.word_k; ++i) {
      const std::uint32_t k = std::min(word * kernel.word_k + i, s.depth - 1);
      others.emplace_back(&b[k * s.positions], &b[k * s.positions] + s.positions);
      lines[i] = {others.back().data(), inside.data()};
    }
    std::copy(others[0].begin(), others[0].end(), line.begin());
    lines[0].line = line.data();
    Int8PackArgs pack;
    pack.lines = lines;
    pack.words = 1;
    pack.readable = line.span();
    pack.b = packed.data() + std::size_t{word} * kernel.tile * kernel.word_bytes;
    pack.b_tile_stride = std::size_t{words} * kernel.tile;
    pack.positions = s.positions;
    kernel.pack(pack);
  }
  GuardedBuffer<std::int32_t> c(std::size_t{s.rows} * tiles * kernel.tile);
  std::fill(c.begin(), c.end(), 12345);
  const std::uint32_t half = words / 2;
  for (const auto& [from, depth] : {std::pair{0u, half}, std::pair{half, words - half}}) {
    if (depth == 0) continue;
    PanelArgs args;
    args.a = panel.data() + std::size_t{from} * kernel.word_bytes;
    args.a_stride = words;
    args.b = packed.data() + std::size_t{from} * kernel.tile * kernel.word_bytes;
    args.b_tile_stride = std::size_t{words} * kernel.tile;
    args.c = c.data();
    args.c_stride = std::size_t{tiles} * kernel.tile;
    args.rows = s.rows;
    args.depth = depth;
    args.positions = s.positions;
    args.first = from == 0;
    kernel.accumulate(args);
  }
  for (std::uint32_t r = 0; r < s.rows; ++r) {
    for (std::uint32_t p = 0; p < s.positions; ++p) {
      std::int32_t sum = 0;
      for (std::uint32_t k = 0; k < s.depth; ++k)
        sum += a[r * s.depth + k] * b[k * s.positions + p];
      REQUIRE(c[std::size_t{r} * tiles * kernel.tile + p] == sum);
    }
  }
}

TEST_CASE("every integer ISA of this machine runs") {
  std::string names;
  for (const Int8Kernel* kernel : runnable()) names += std::string(" ") + kernel->name;
  MESSAGE("int8 kernels run:" << names);
  for (const char* name : tests::expected_int8_isas()) {
    CHECK(names.find(name) != std::string::npos);
  }
}

TEST_CASE("integer products are exact around every word, vector and tile width") {
  for (const Int8Kernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(tests::test_seed());
    for (const std::uint32_t rows : {kernel->rows, 3 * kernel->rows}) {
      for (const std::uint32_t depth : {1u, 2u, 3u, 4u, 5u, 66u, 255u}) {
        for (std::uint32_t positions = 1; positions <= 2 * kernel->tile + 3; ++positions) {
          CAPTURE(depth);
          CAPTURE(positions);
          check_product(*kernel, {rows, depth, positions}, false);
        }
      }
    }
  }
}

TEST_CASE("the largest operands do not saturate") {
  CAPTURE(tests::test_seed());
  for (const Int8Kernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    check_product(*kernel, {kernel->rows, 4608, kernel->tile + 1}, true);
  }
}

// The first numbers of a row of packed words.
std::vector<std::int32_t> multiply_by_one(const Int8Kernel& kernel, std::span<const std::byte> b,
                                          std::uint32_t positions) {
  std::vector<std::byte> a(std::size_t{kernel.rows} * kernel.word_bytes);
  for (std::uint32_t r = 0; r < kernel.rows; ++r) a[r * kernel.word_bytes] = std::byte{1};
  std::vector<std::int32_t> c(kernel.rows * b.size() / kernel.word_bytes);
  PanelArgs args;
  args.a = a.data();
  args.a_stride = 1;
  args.b = b.data();
  args.b_tile_stride = kernel.tile;
  args.c = c.data();
  args.c_stride = b.size() / kernel.word_bytes;
  args.rows = kernel.rows;
  args.depth = 1;
  args.positions = positions;
  args.first = true;
  kernel.accumulate(args);
  return c;
}

TEST_CASE("what is not inside is padding and need not be readable") {
  CAPTURE(tests::test_seed());
  tests::Uniform uniform(tests::test_seed());
  for (const Int8Kernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    for (std::uint32_t positions = 1; positions <= 2 * kernel->tile; ++positions) {
      // Only [from, to) of the line exists; some of that is not inside.
      const std::uint32_t from = uniform.below(positions);
      const std::uint32_t to = from + 1 + uniform.below(positions - from);
      GuardedBuffer<std::uint8_t> line(to - from);
      for (auto& v : line) v = static_cast<std::uint8_t>(uniform.below(256));
      const std::uint32_t tiles = (positions + kernel->tile - 1) / kernel->tile;
      std::vector<std::uint64_t> inside(tiles);
      std::vector<int> expected(std::size_t{tiles} * kernel->tile, 9);
      for (std::uint32_t p = from; p < to; ++p) {
        if (uniform.below(4) == 0) continue;
        inside[p / kernel->tile] |= std::uint64_t{1} << p % kernel->tile;
        expected[p] = line[p - from];
      }
      std::vector<std::byte> packed(std::size_t{tiles} * kernel->tile * kernel->word_bytes);
      const Int8Line same = {line.data() - from, inside.data()};
      const std::vector<Int8Line> lines(kernel->word_k, same);
      Int8PackArgs pack;
      pack.lines = lines.data();
      pack.words = 1;
      pack.zero = 9;
      pack.readable = line.span();
      pack.b = packed.data();
      pack.b_tile_stride = kernel->tile;
      pack.positions = positions;
      kernel->pack(pack);
      const std::vector<std::int32_t> sums = multiply_by_one(*kernel, packed, positions);
      for (std::uint32_t p = 0; p < positions; ++p) REQUIRE(sums[p] == expected[p]);
    }
  }
}

// The positions of a shape from the end of packed B, in words, as take_out() of the convolution
// makes them.
std::vector<std::byte> words_of_last(const Int8Kernel& kernel, std::span<const std::byte> packed,
                                     const Shape& s, std::uint32_t words) {
  std::vector<std::byte> b;
  for (std::uint32_t p = s.positions - std::min(3u, s.positions); p < s.positions; ++p) {
    for (std::uint32_t word = 0; word < words; ++word) {
      const std::size_t at = (std::size_t{p / kernel.tile} * words + word) * kernel.tile;
      const auto from =
          packed.begin() + static_cast<std::ptrdiff_t>((at + p % kernel.tile) * kernel.word_bytes);
      b.insert(b.end(), from, from + kernel.word_bytes);
    }
  }
  return b;
}

// few() gives what accumulate() does for the last positions.
void check_few(const Int8Kernel& kernel, const Shape& s) {
  tests::Uniform uniform(tests::test_seed());
  const std::uint32_t words = (s.depth + kernel.word_k - 1) / kernel.word_k;
  GuardedBuffer<std::byte> panel(std::size_t{s.rows} * words * kernel.word_bytes);
  const std::uint32_t tiles = (s.positions + kernel.tile - 1) / kernel.tile;
  std::vector<std::byte> packed(std::size_t{tiles} * words * kernel.tile * kernel.word_bytes);
  // Numbers that both kinds of words can hold: bytes, and bytes widened.
  const std::size_t width = kernel.word_bytes / kernel.word_k;
  for (std::size_t i = 0; i < panel.span().size(); i += width) {
    panel[i] = static_cast<std::byte>(uniform.below(kernel.chained ? 32 : 127));
  }
  for (std::size_t i = 0; i < packed.size(); i += width) {
    packed[i] = static_cast<std::byte>(uniform.below(256));
  }
  const std::uint32_t count = std::min(3u, s.positions);
  const std::vector<std::byte> last = words_of_last(kernel, packed, s, words);
  GuardedBuffer<std::byte> b(last.size());
  std::copy(last.begin(), last.end(), b.begin());
  GuardedBuffer<std::int32_t> c(std::size_t{s.rows} * count);
  kernel.few({panel.data(), words, b.data(), words, c.data(), count, s.rows, words, count});
  std::vector<std::int32_t> all(std::size_t{s.rows} * tiles * kernel.tile);
  const std::size_t b_stride = std::size_t{words} * kernel.tile;
  kernel.accumulate({panel.data(), words, packed.data(), b_stride, all.data(),
                     std::size_t{tiles} * kernel.tile, s.rows, words, s.positions, true});
  for (std::uint32_t r = 0; r < s.rows; ++r) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::size_t p = s.positions - count + i;
      REQUIRE(c[std::size_t{r} * count + i] == all[std::size_t{r} * tiles * kernel.tile + p]);
    }
  }
}

TEST_CASE("few positions have the sums of whole tiles") {
  CAPTURE(tests::test_seed());
  for (const Int8Kernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    if (kernel->few == nullptr) continue;
    for (const std::uint32_t depth : {1u, 4u, 31u, 64u, 65u, 200u}) {
      for (std::uint32_t positions = 1; positions <= kernel->tile + 4; ++positions) {
        CAPTURE(depth);
        CAPTURE(positions);
        check_few(*kernel, {2 * kernel->rows, depth, positions});
      }
    }
  }
}

TEST_CASE("few() takes what leaves most lanes of a vector idle") {
  for (const Int8Kernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    if (kernel->few == nullptr) continue;
    CHECK(kernel->few_of(3 * kernel->lanes) == 0);
    CHECK(kernel->few_of(3 * kernel->lanes + 1) == 1);
    CHECK(kernel->few_of(4 * kernel->lanes - 1) == 0);
  }
}

// The formula of gemm_i8.h, one rounding an operation.
std::uint8_t finish_reference(const Int8FinishArgs& args, const RowFinish& row, std::int32_t c,
                              std::uint8_t residual) {
  float t = static_cast<float>(c) * row.scale;
  t = t + row.shift;
  if (args.residual != nullptr) t = t + static_cast<float>(residual) * args.residual_scale;
  t = std::min(std::max(t, args.floor), 255.0f);
  return static_cast<std::uint8_t>(std::nearbyint(t));
}

// Two rows of `count` outputs, which end at guard pages.
void check_finish(const Int8Kernel& kernel, std::uint32_t count, int variant) {
  tests::Uniform uniform(tests::test_seed());
  const std::uint32_t stride = count + 3;
  GuardedBuffer<std::int32_t> c(stride + count);
  GuardedBuffer<std::uint8_t> out(stride + count);
  for (auto& v : c) v = static_cast<std::int32_t>(uniform() * 100000.0f);
  for (auto& v : out) v = static_cast<std::uint8_t>(uniform.below(256));
  const std::vector<std::uint8_t> before(out.begin(), out.end());
  RowFinish rows[2] = {{0.00234f, -3.0f}, {0.0017f, 100.25f}};
  if ((variant & 4) != 0) {  // Makes ties.
    rows[0].scale = rows[1].scale = 0.5f;
    for (auto& v : c) v /= 300;
  }
  if ((variant & 8) != 0) {  // Beyond every integer.
    rows[0].scale = 1e9f;
    rows[1].scale = -1e9f;
  }
  Int8FinishArgs args;
  args.c = c.data();
  args.c_stride = args.out_stride = stride;
  args.residual = (variant & 1) != 0 ? out.data() : nullptr;
  args.out = out.data();
  args.rows = 2;
  args.positions = count;
  args.row = rows;
  args.residual_scale = 0.71f;
  args.floor = (variant & 2) != 0 ? 17.0f : 0.0f;
  kernel.finish(args);
  for (std::uint32_t i = 0; i < stride + count; ++i) {
    const RowFinish& row = rows[i / stride];
    const int expected = i % stride < count ? finish_reference(args, row, c[i], before[i])
                                            : before[i];  // Between rows: untouched.
    REQUIRE(int{out[i]} == expected);
  }
}

TEST_CASE("finishing gives the same bytes on every ISA, at every length and in place") {
  CAPTURE(tests::test_seed());
  for (const Int8Kernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    for (std::uint32_t count = 1; count <= 70; ++count) {
      for (int variant = 0; variant < 16; ++variant) {
        CAPTURE(count);
        CAPTURE(variant);
        check_finish(*kernel, count, variant);
      }
    }
  }
}

}  // namespace
}  // namespace bitdown::kernels

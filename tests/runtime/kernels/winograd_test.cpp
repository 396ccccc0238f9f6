// SPDX-License-Identifier: MIT
#include "kernels/winograd/winograd.h"

#include <cmath>
#include <string>
#include <vector>

#include "doctest/doctest.h"
#include "kernels/winograd/reference.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"
#include "support/random.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

std::vector<const WinogradKernel*> runnable() {
  return tests::runnable(winograd_kernels());
}

void fill(GuardedBuffer<float>& buffer) {
  tests::Uniform uniform(tests::test_seed());
  for (float& v : buffer) v = uniform();
}

TEST_CASE("every winograd ISA of this machine runs") {
  std::string names;
  for (const WinogradKernel* kernel : runnable()) names += std::string(" ") + kernel->name;
  MESSAGE("winograd kernels run:" << names);
  for (const char* name : tests::expected_float_isas()) {
    CHECK(names.find(name) != std::string::npos);
  }
}

// Two channels, of which the second is transformed.
void check_inputs(const WinogradKernel& kernel, std::uint32_t tile_rows, std::uint32_t columns) {
  constexpr std::size_t kChannels = 2;
  const std::size_t stride = 2 * columns + 2;
  const std::size_t strips = (tile_rows * columns + kernel.tiles - 1) / kernel.tiles;
  const std::size_t place = kernel.tiles * kernel.lanes;
  GuardedBuffer<float> lines((2 * tile_rows + 2) * stride);
  GuardedBuffer<float> v(strips * kChannels * kernel.tiles * kWinogradNumbers);
  fill(lines);
  std::fill(v.begin(), v.end(), 99.0f);
  kernel.inputs({lines.data(), stride, tile_rows, columns, v.data() + place, kChannels * place,
                 kChannels * kernel.tiles * kWinogradNumbers});
  for (std::uint32_t tile = 0; tile < tile_rows * columns; ++tile) {
    double in[16];
    double out[16];
    for (std::uint32_t i = 0; i < 16; ++i) {
      const std::size_t y = 2 * (tile / columns) + i / 4;
      in[i] = static_cast<double>(lines[y * stride + 2 * (tile % columns) + i % 4]);
    }
    winograd_reference(kWinogradB, in, out);
    const std::size_t strip = tile / kernel.tiles * kChannels * kernel.tiles * kWinogradNumbers;
    for (std::uint32_t i = 0; i < 16; ++i) {
      const std::size_t pass = i / kernel.lanes * kChannels * place;
      const std::size_t lane = tile % kernel.tiles * kernel.lanes + i % kernel.lanes;
      REQUIRE(std::fabs(static_cast<double>(v[strip + pass + place + lane]) - out[i]) <= 4e-7);
    }
  }
  for (std::size_t i = 0; i < place; ++i) REQUIRE(v[i] == 99.0f);  // The first channel's.
}

TEST_CASE("transformed inputs equal the formula for every shape around the strips") {
  for (const WinogradKernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(tests::test_seed());
    for (std::uint32_t rows = 1; rows <= 3; ++rows) {
      for (std::uint32_t columns = 1; columns <= 2 * kernel->tiles + 1; ++columns) {
        CAPTURE(columns);
        check_inputs(*kernel, rows, columns);
      }
    }
  }
}

struct Product {
  std::uint32_t rows, blocks, kernels, tiles;
};

void check_product(const WinogradKernel& kernel, const Product& p) {
  constexpr std::uint32_t kEntries = 7;
  const std::size_t channels = p.blocks * p.kernels;
  const std::size_t strips = (p.tiles + kernel.tiles - 1) / kernel.tiles;
  const std::size_t stride = p.tiles * kWinogradNumbers;
  GuardedBuffer<std::uint8_t> codes(p.rows * p.blocks);
  GuardedBuffer<float> codebook(std::size_t{kEntries} * p.kernels * kWinogradNumbers);
  GuardedBuffer<float> v(strips * channels * kernel.tiles * kWinogradNumbers);
  GuardedBuffer<float> m(kernel.rows * stride);
  tests::Uniform uniform(tests::test_seed());
  for (auto& code : codes) code = static_cast<std::uint8_t>(uniform.below(kEntries));
  fill(codebook);
  fill(v);
  kernel.product({codes.data(), p.rows, p.blocks, codebook.data(), kEntries, p.kernels, v.data(),
                  p.tiles, m.data(), stride});
  const std::uint32_t lanes = kernel.lanes;
  for (std::size_t i = 0; i < m.span().size(); ++i) {
    const std::size_t row = std::min<std::size_t>(i / stride, p.rows - 1);
    const std::size_t tile = i % stride / kWinogradNumbers;
    const std::size_t number = i % kWinogradNumbers;
    const std::size_t pass = number / lanes;
    double sum = 0.0;
    for (std::size_t c = 0; c < channels; ++c) {
      const std::size_t code = codes[row * p.blocks + c / p.kernels];
      const std::size_t u = (pass * kEntries + code) * p.kernels + c % p.kernels;
      const std::size_t in = (tile / kernel.tiles * (kWinogradNumbers / lanes) + pass) * channels;
      const std::size_t at = (in + c) * kernel.tiles + tile % kernel.tiles;
      sum += static_cast<double>(codebook[u * lanes + number % lanes]) *
             static_cast<double>(v[at * lanes + number % lanes]);
    }
    REQUIRE(std::fabs(static_cast<double>(m[i]) - sum) <=
            static_cast<double>(channels + 1) * static_cast<double>(channels) * 0x1p-23);
  }
}

TEST_CASE("products equal the formula for every number of rows, tiles and kernels of a block") {
  for (const WinogradKernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(tests::test_seed());
    for (std::uint32_t tiles = 1; tiles <= 2 * kernel->tiles + 1; ++tiles) {
      CAPTURE(tiles);
      for (std::uint32_t rows = 1; rows <= kernel->rows; ++rows) {
        check_product(*kernel, {rows, 1 + tiles % 3, 1 + rows % 3, tiles});
      }
      check_product(*kernel, {kernel->rows, 17, 2, tiles});
    }
  }
}

void check_outputs(const WinogradKernel& kernel, std::uint32_t tiles) {
  const std::size_t padded = (tiles + 3) / 4 * 4;
  GuardedBuffer<float> m(padded * kWinogradNumbers);
  GuardedBuffer<float> upper(2 * padded);
  GuardedBuffer<float> lower(2 * padded);
  fill(m);
  kernel.outputs({m.data(), tiles, upper.data(), lower.data()});
  for (std::uint32_t tile = 0; tile < tiles; ++tile) {
    double in[16];
    double out[4];
    for (std::uint32_t i = 0; i < 16; ++i) {
      in[i] = static_cast<double>(m[tile * kWinogradNumbers + i]);
    }
    winograd_reference(kWinogradA, in, out);
    for (std::uint32_t i = 0; i < 4; ++i) {
      const float y = i < 2 ? upper[2 * tile + i] : lower[2 * tile + i - 2];
      REQUIRE(std::fabs(static_cast<double>(y) - out[i]) <= 9 * 0x1p-22);
    }
  }
}

TEST_CASE("outputs equal the formula for every length of a row of tiles") {
  for (const WinogradKernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(tests::test_seed());
    for (std::uint32_t tiles = 1; tiles <= 13; ++tiles) check_outputs(*kernel, tiles);
  }
}

}  // namespace
}  // namespace bitdown::kernels

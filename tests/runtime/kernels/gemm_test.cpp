// SPDX-License-Identifier: MIT
#include "kernels/gemm/gemm.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "cpu.h"
#include "doctest/doctest.h"
#include "kernels/gemm/reference.h"
#include "support/guarded_buffer.h"
#include "support/machine_isa.h"
#include "support/random.h"

namespace bitdown::kernels {
namespace {

using tests::GuardedBuffer;

std::vector<const GemmKernel*> runnable() {
  return tests::runnable(gemm_kernels());
}

// depth * epsilon times the magnitude of the terms bounds any order of summation.
double bound(std::uint32_t depth, double magnitude) {
  return depth * static_cast<double>(std::numeric_limits<float>::epsilon()) * magnitude + 1e-30;
}

struct Shape {
  std::uint32_t rows, depth, positions;
};

// Packs, multiplies in two chunks of k and compares; every buffer ends at a guard page.
void check_product(const GemmKernel& kernel, const Shape& s) {
  tests::Uniform uniform(tests::test_seed());
  GuardedBuffer<float> a(std::size_t{s.rows} * s.depth);
  std::vector<float> b(std::size_t{s.depth} * s.positions);
  for (float& v : a) v = uniform();
  for (float& v : b) v = uniform();
  const std::uint32_t tiles = (s.positions + kernel.tile - 1) / kernel.tile;
  GuardedBuffer<float> packed(std::size_t{tiles} * kernel.tile * s.depth);
  GuardedBuffer<float> line(s.positions);
  for (std::uint32_t k = 0; k < s.depth; ++k) {
    std::copy_n(&b[k * s.positions], s.positions, line.begin());
    kernel.pack_line({line.data(), packed.data() + std::size_t{k} * kernel.tile,
                      std::size_t{kernel.tile} * s.depth, s.positions});
  }
  GuardedBuffer<float> c(std::size_t{s.rows} * tiles * kernel.tile);
  std::fill(c.begin(), c.end(), std::numeric_limits<float>::quiet_NaN());
  const std::uint32_t half = s.depth / 2;
  for (const auto& [from, depth] : {std::pair{0u, half}, std::pair{half, s.depth - half}}) {
    if (depth == 0) continue;
    PanelArgs args;
    args.a = a.data() + from;
    args.a_stride = s.depth;
    args.b = packed.data() + std::size_t{from} * kernel.tile;
    args.b_tile_stride = std::size_t{kernel.tile} * s.depth;
    args.c = c.data();
    args.c_stride = std::size_t{tiles} * kernel.tile;
    args.rows = s.rows;
    args.depth = depth;
    args.positions = s.positions;
    args.first = from == 0;
    kernel.accumulate(args);
  }
  std::vector<double> expected(std::size_t{s.rows} * s.positions);
  std::vector<double> magnitude(expected.size());
  gemm_reference(a.data(), b.data(), s.rows, s.depth, s.positions, expected.data(),
                 magnitude.data());
  for (std::uint32_t r = 0; r < s.rows; ++r) {
    for (std::uint32_t p = 0; p < s.positions; ++p) {
      const std::size_t i = std::size_t{r} * s.positions + p;
      const double got = static_cast<double>(c[std::size_t{r} * tiles * kernel.tile + p]);
      REQUIRE(std::fabs(got - expected[i]) <= bound(s.depth, magnitude[i]));
    }
  }
}

TEST_CASE("every ISA of this machine runs") {
  std::string names;
  for (const GemmKernel* kernel : runnable()) names += std::string(" ") + kernel->name;
  MESSAGE("kernels run:" << names);
  for (const char* name : tests::expected_float_isas()) {
    CHECK(names.find(name) != std::string::npos);
  }
}

TEST_CASE("selection is a pure function of the ISA set, best first") {
  CHECK(std::string(select_gemm(kIsaPortable).name) == "portable");
#if defined(__x86_64__)
  CHECK(std::string(select_gemm(kIsaAvx2).name) == "avx2");
  CHECK(std::string(select_gemm(kIsaAvx2 | kIsaAvx512).name) == "avx512");
#elif defined(__aarch64__)
  CHECK(std::string(select_gemm(kIsaNeon).name) == "neon");
#endif
}

TEST_CASE("products agree with the reference around every vector and tile width") {
  for (const GemmKernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    CAPTURE(tests::test_seed());
    for (const std::uint32_t rows : {kernel->rows, 3 * kernel->rows}) {
      for (const std::uint32_t depth : {1u, 2u, 7u, 64u, 257u}) {
        for (std::uint32_t positions = 1; positions <= 2 * kernel->tile + 3; ++positions) {
          CAPTURE(depth);
          CAPTURE(positions);
          check_product(*kernel, {rows, depth, positions});
        }
      }
    }
  }
}

TEST_CASE("packing clears the lanes beyond the last position") {
  for (const GemmKernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    GuardedBuffer<float> line(1);
    line[0] = 5.0f;
    GuardedBuffer<float> packed(kernel->tile);
    std::fill(packed.begin(), packed.end(), 1.0f);
    kernel->pack_line({line.data(), packed.data(), 0, 1});
    CHECK(packed[0] == 5.0f);
    for (std::uint32_t i = 1; i < kernel->tile; ++i) CHECK(packed[i] == 0.0f);
  }
}

TEST_CASE("finish scales, shifts, adds the residual in place and clamps, at every length") {
  for (const GemmKernel* kernel : runnable()) {
    CAPTURE(std::string(kernel->name));
    tests::Uniform uniform(tests::test_seed());
    for (std::uint32_t count = 1; count <= 3 * kernel->tile; ++count) {
      for (int variant = 0; variant < 4; ++variant) {
        CAPTURE(count);
        CAPTURE(variant);
        const bool residual = (variant & 1) != 0;
        const bool relu = (variant & 2) != 0;
        GuardedBuffer<float> c(count);
        GuardedBuffer<float> out(count);
        for (float& v : c) v = uniform();
        for (float& v : out) v = uniform();
        const std::vector<float> before(out.begin(), out.end());
        FinishArgs args;
        args.c = c.data();
        args.residual = residual ? out.data() : nullptr;
        args.out = out.data();
        args.positions = count;
        args.scale = 1.5f;
        args.shift = -0.25f;
        args.floor = relu ? 0.0f : -std::numeric_limits<float>::infinity();
        kernel->finish(args);
        for (std::uint32_t i = 0; i < count; ++i) {
          double y = static_cast<double>(c[i]) * 1.5 - 0.25;
          if (residual) y += static_cast<double>(before[i]);
          if (relu) y = std::max(y, 0.0);
          REQUIRE(std::fabs(static_cast<double>(out[i]) - y) <= 4e-7);
        }
      }
    }
  }
}

}  // namespace
}  // namespace bitdown::kernels

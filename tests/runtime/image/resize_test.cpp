// SPDX-License-Identifier: MIT
#include "image/resize.h"

#include <cstdlib>
#include <vector>

#include "doctest/doctest.h"

namespace bitdown {
namespace {

ResizeAxis make_axis(std::uint32_t source, std::uint64_t target, std::uint64_t begin,
                     std::uint32_t count) {
  auto axis = ResizeAxis::create(source, target, begin, count);
  REQUIRE(axis.ok());
  return std::move(axis).value();
}

std::vector<std::int32_t> weights_of(const ResizeAxis& axis, std::uint32_t i) {
  const auto weights = axis.taps(i).weights;
  return {weights.begin(), weights.end()};
}

constexpr std::int32_t kOne = 1 << ResizeAxis::kWeightBits;

TEST_CASE("an axis of the same size copies") {
  const ResizeAxis axis = make_axis(5, 5, 0, 5);
  for (std::uint32_t i = 0; i < 5; ++i) {
    CHECK(axis.taps(i).first == i);
    CHECK(axis.taps(i).weights[0] == kOne);
  }
}

TEST_CASE("halving averages with the triangle, cut off and renormalised at the borders") {
  const ResizeAxis axis = make_axis(6, 3, 0, 3);
  // Centre 1, radius 2: pixels 0.5, 0.5, 1.5 (and 1.5 outside) away: 3/4, 3/4, 1/4 of 7/4.
  CHECK(axis.taps(0).first == 0);
  CHECK(weights_of(axis, 0) == std::vector<std::int32_t>{1797559, 1797559, 599186});
  CHECK(axis.taps(1).first == 1);
  CHECK(weights_of(axis, 1) ==
        std::vector<std::int32_t>{kOne / 8, kOne * 3 / 8, kOne * 3 / 8, kOne / 8});
  CHECK(axis.taps(2).first == 3);
  CHECK(weights_of(axis, 2) == std::vector<std::int32_t>{599186, 1797559, 1797559});
}

TEST_CASE("a window plans the same outputs as the whole axis, and reads only what they need") {
  const ResizeAxis whole = make_axis(100, 37, 0, 37);
  const ResizeAxis window = make_axis(100, 37, 11, 9);
  for (std::uint32_t i = 0; i < 9; ++i) {
    CHECK(window.taps(i).first == whole.taps(11 + i).first);
    CHECK(weights_of(window, i) == weights_of(whole, 11 + i));
  }
  CHECK(window.source_begin() == whole.taps(11).first);
  CHECK(window.source_end() == whole.taps(19).first + whole.taps(19).weights.size());
}

TEST_CASE("every output reads inside the source with weights that sum to one") {
  for (std::uint32_t source : {1u, 2u, 3u, 17u, 64u, 255u}) {
    for (std::uint32_t target : {1u, 2u, 5u, 17u, 64u, 300u}) {
      CAPTURE(source);
      CAPTURE(target);
      const ResizeAxis axis = make_axis(source, target, 0, target);
      for (std::uint32_t i = 0; i < target; ++i) {
        const ResizeAxis::Taps taps = axis.taps(i);
        REQUIRE(!taps.weights.empty());
        REQUIRE(taps.first + taps.weights.size() <= source);
        std::int32_t sum = 0;
        for (const std::int32_t weight : taps.weights) sum += weight;
        CHECK(std::abs(sum - kOne) <= static_cast<std::int32_t>(taps.weights.size()));
      }
    }
  }
}

TEST_CASE("weights that sum to more than one do not wrap white to black") {
  const std::int32_t weights[] = {kOne / 2 + 20000, kOne / 2};
  const std::uint8_t rows[] = {255, 0, 255, 0};
  std::uint8_t blended[2];
  blend_rows(rows, 2, weights, 2, blended);
  CHECK(blended[0] == 255);
  CHECK(blended[1] == 0);
}

}  // namespace
}  // namespace bitdown

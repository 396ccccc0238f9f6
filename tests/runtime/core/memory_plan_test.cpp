// SPDX-License-Identifier: MIT
#include "core/memory_plan.h"

#include <vector>

#include "doctest/doctest.h"
#include "support/random.h"

namespace bitdown {
namespace {

std::uint64_t plan(std::vector<PlannedBuffer>& buffers) {
  std::vector<std::uint32_t> order(buffers.size());
  return plan_memory(buffers, order);
}

TEST_CASE("a dead buffer's place is used again") {
  std::vector<PlannedBuffer> buffers = {{1000, 0, 1}, {640, 1, 2}, {512, 2, 3}};
  CHECK(plan(buffers) == 1024 + 640);
  CHECK(buffers[0].offset == 0);
  CHECK(buffers[1].offset == 1024);
  CHECK(buffers[2].offset == 0);
}

TEST_CASE("empty buffers and empty plans take nothing") {
  std::vector<PlannedBuffer> none;
  CHECK(plan(none) == 0);
  std::vector<PlannedBuffer> buffers = {{0, 0, 5}, {64, 2, 3}, {0, 1, 1}};
  CHECK(plan(buffers) == 64);
}

TEST_CASE("random plans are valid and never better than the lower bound") {
  const std::uint32_t seed = tests::test_seed();
  CAPTURE(seed);
  tests::Uniform uniform(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<PlannedBuffer> buffers(1 + uniform.below(40));
    for (PlannedBuffer& b : buffers) {
      b.first = uniform.below(30);
      b.last = b.first + uniform.below(8);
      b.bytes = uniform.below(5000);
    }
    const std::uint64_t arena = plan(buffers);
    REQUIRE(plan_is_valid(buffers, arena));
    std::uint64_t bound = 0;
    for (std::uint32_t step = 0; step < 40; ++step) {
      std::uint64_t alive = 0;
      for (const PlannedBuffer& b : buffers) {
        if (b.first <= step && step <= b.last) alive += b.bytes;
      }
      bound = std::max(bound, alive);
    }
    REQUIRE(arena >= bound);
    if (arena > 0) REQUIRE_FALSE(plan_is_valid(buffers, arena - 64));
  }
}

TEST_CASE("an overlapping plan is recognised") {
  std::vector<PlannedBuffer> buffers = {{100, 0, 1, 0}, {100, 1, 2, 64}};
  CHECK_FALSE(plan_is_valid(buffers, 1024));
  buffers[1].offset = 128;
  CHECK(plan_is_valid(buffers, 1024));
  CHECK_FALSE(plan_is_valid(buffers, 200));
  buffers[1].offset = 130;
  CHECK_FALSE(plan_is_valid(buffers, 1024));
}

}  // namespace
}  // namespace bitdown

// SPDX-License-Identifier: MIT
#include "top_k.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "doctest/doctest.h"
#include "support/random.h"

namespace bitdown::apps {
namespace {

std::vector<std::uint32_t> top(const std::vector<float>& scores, std::size_t count) {
  std::vector<std::uint32_t> best(count);
  best.resize(top_k(scores, best));
  return best;
}

using Indices = std::vector<std::uint32_t>;

TEST_CASE("top_k orders by score, then by index") {
  CHECK(top({1, 5, 3, 5, 2}, 3) == Indices{1, 3, 2});
  CHECK(top({1, 1, 1}, 2) == Indices{0, 1});
  CHECK(top({2, 1}, 5) == Indices{0, 1});
  CHECK(top({}, 5) == Indices{});
  CHECK(top({1, 2}, 0) == Indices{});
}

TEST_CASE("top_k never returns NaN") {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  CHECK(top({kNan, 1, kNan, 2}, 3) == Indices{3, 1});
  CHECK(top({kNan}, 1) == Indices{});
}

TEST_CASE("top_k agrees with sorting") {
  const std::uint32_t seed = tests::test_seed();
  CAPTURE(seed);
  tests::Uniform uniform(seed);
  for (int trial = 0; trial < 100; ++trial) {
    std::vector<float> scores(1 + uniform.below(50));
    for (float& score : scores) score = static_cast<float>(uniform.below(10));
    Indices sorted(scores.size());
    std::iota(sorted.begin(), sorted.end(), 0u);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    sorted.resize(std::min<std::size_t>(sorted.size(), 7));
    CHECK(top(scores, 7) == sorted);
  }
}

}  // namespace
}  // namespace bitdown::apps

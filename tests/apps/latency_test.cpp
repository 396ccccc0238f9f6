// SPDX-License-Identifier: MIT
#include "bitdown/latency.h"

#include "doctest/doctest.h"

namespace bitdown::apps {
namespace {

TEST_CASE("percentiles are the nearest ranks, so they were measured") {
  CHECK(percentile({7.0}, 0.5) == 7.0);
  CHECK(percentile({7.0}, 0.99) == 7.0);
  CHECK(percentile({3.0, 1.0, 2.0}, 0.5) == 2.0);
  CHECK(percentile({4.0, 3.0, 1.0, 2.0}, 0.5) == 2.0);
  std::vector<double> samples;
  for (int i = 100; i > 0; --i) samples.push_back(i);
  CHECK(percentile(samples, 0.50) == 50.0);
  CHECK(percentile(samples, 0.95) == 95.0);
  CHECK(percentile(samples, 0.99) == 99.0);
  CHECK(percentile(samples, 1.00) == 100.0);
  samples.push_back(101.0);
  CHECK(percentile(samples, 0.50) == 51.0);
  CHECK(percentile(samples, 0.99) == 100.0);
}

}  // namespace
}  // namespace bitdown::apps

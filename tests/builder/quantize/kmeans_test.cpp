// SPDX-License-Identifier: MIT
#include "quantize/kmeans.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "builder/quantize/support/problems.h"
#include "doctest/doctest.h"
#include "quantize/start.h"

namespace bitdown::tests {
namespace {

using builder::Clusters;
using builder::KMeansOptions;

double distance(const Matrix& vectors, std::size_t v, const Matrix& codebook, std::size_t k) {
  double sum = 0;
  for (std::size_t e = 0; e < vectors.columns; ++e) {
    const double difference =
        static_cast<double>(vectors.at(v, e)) - static_cast<double>(codebook.at(k, e));
    sum += difference * difference;
  }
  return sum;
}

double total(const Matrix& vectors, const Clusters& clusters) {
  double sum = 0;
  for (std::size_t v = 0; v < vectors.rows; ++v) {
    sum += distance(vectors, v, clusters.codebook, clusters.codes[v]);
  }
  return sum;
}

Clusters run(const Matrix& vectors, const KMeansOptions& options, unsigned jobs = 2,
             std::uint64_t seed = 3) {
  builder::Random random(seed, 0);
  return builder::kmeans(vectors, std::vector<float>(vectors.rows, 1.0f), options, random, jobs);
}

TEST_CASE("every vector ends at its nearest codeword") {
  CAPTURE(test_seed());
  Uniform random(test_seed());
  for (const std::size_t count : {40, 63, 64, 65, 8193}) {
    const Matrix vectors = random_matrix(count, 5, random);
    const Clusters clusters = run(vectors, {17, 4, false});
    for (std::size_t v = 0; v < count; v += 1 + count / 100) {
      double nearest = std::numeric_limits<double>::infinity();
      for (std::size_t k = 0; k < 17; ++k) {
        nearest = std::min(nearest, distance(vectors, v, clusters.codebook, k));
      }
      CHECK(distance(vectors, v, clusters.codebook, clusters.codes[v]) ==
            doctest::Approx(nearest).epsilon(1e-4));
    }
  }
}

TEST_CASE("more iterations are better, and separate groups are found exactly") {
  CAPTURE(test_seed());
  Uniform random(test_seed());
  const Matrix vectors = random_matrix(2000, 4, random);
  double before = total(vectors, run(vectors, {32, 0, false}));
  for (const unsigned iterations : {1u, 3u, 10u, 30u}) {
    const double after = total(vectors, run(vectors, {32, iterations, false}));
    CHECK(after < before);
    before = after;
  }
  Matrix groups(300, 2);
  for (std::size_t v = 0; v < 300; ++v) groups.at(v, v % 2) = static_cast<float>(v % 3);
  // (0, 0), (1, 0), (2, 0), (0, 1), (0, 2): as many as codewords.
  CHECK(total(groups, run(groups, {5, 30, false})) < 1e-9);
}

TEST_CASE("codewords that nobody uses come to life, if there is a vector for them") {
  // Two groups, but the start may draw all codewords from one.
  Matrix vectors(64, 1);
  for (std::size_t v = 0; v < 64; ++v) {
    vectors.at(v, 0) = v < 60 ? 0.0f : static_cast<float>(v);
  }
  const Clusters clusters = run(vectors, {5, 100, false});
  CHECK(std::set<std::uint16_t>(clusters.codes.begin(), clusters.codes.end()).size() == 5);
  CHECK(total(vectors, clusters) < 1e-4);

  // All the same: there is nothing to separate, and it ends.
  const Matrix same(16, 3);
  CHECK(total(same, run(same, {4, 10, false})) == 0);
}

TEST_CASE("codewords are weighted means") {
  Matrix vectors(3, 1);
  vectors.at(1, 0) = 1;
  vectors.at(2, 0) = 4;
  builder::Random random(1, 0);
  const Clusters clusters = builder::kmeans(vectors, {1, 2, 3}, {1, 1, false}, random, 1);
  CHECK(clusters.codebook.at(0, 0) == doctest::Approx(14.0 / 6));
}

TEST_CASE("annealing ends at a clustering as good as plain k-means or better") {
  CAPTURE(test_seed());
  Uniform random(test_seed());
  const Matrix vectors = random_matrix(3000, 4, random);
  const double plain = total(vectors, run(vectors, {64, 100, false}));
  CHECK(total(vectors, run(vectors, {64, 300, true})) < plain * 1.02);
}

TEST_CASE("clusters depend on the seed, not on the number of threads") {
  Uniform random(test_seed());
  const Matrix vectors = random_matrix(20000, 4, random);
  const Clusters one = run(vectors, {16, 5, true}, 1);
  const Clusters three = run(vectors, {16, 5, true}, 3);
  CHECK(one.codes == three.codes);
  CHECK(one.codebook.values == three.codebook.values);
  CHECK(run(vectors, {16, 5, true}, 1, 4).codes != one.codes);
}

TEST_CASE("the smallest number is found around vector widths") {
  for (std::size_t count = 1; count < 70; ++count) {
    for (std::size_t at = 0; at < count; ++at) {
      std::vector<float> numbers(count, 2.0f);
      numbers[at] = -1;
      CHECK(builder::smallest(numbers.data(), count) == at);
      if (at + 1 < count) numbers[count - 1] = -1;
      CHECK(builder::smallest(numbers.data(), count) == at);
    }
  }
}

TEST_CASE("in a metric, the nearest codeword is nearest in it") {
  CAPTURE(test_seed());
  Uniform uniform(test_seed());
  const Matrix weights = random_matrix(20, 12, uniform);
  const Matrix metric = random_metric(12, uniform);
  const std::vector<float> importance(20, 1.0f);
  builder::Random random(1, 0);
  const Clusters clusters =
      builder::kmeans_in_metric(weights, importance, metric, 4, {6, 10, false}, random, 1);
  // The mean diagonal block.
  const auto measure = [&](std::size_t o, std::size_t b, std::size_t k) {
    double sum = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      for (std::size_t j = 0; j < 4; ++j) {
        double g = 0;
        for (std::size_t at = 0; at < 12; at += 4) {
          g += static_cast<double>(metric.at(at + i, at + j));
        }
        sum += g * static_cast<double>(weights.at(o, b * 4 + i) - clusters.codebook.at(k, i)) *
               static_cast<double>(weights.at(o, b * 4 + j) - clusters.codebook.at(k, j));
      }
    }
    return sum;
  };
  for (std::size_t o = 0; o < 20; ++o) {
    for (std::size_t b = 0; b < 3; ++b) {
      const double chosen = measure(o, b, clusters.codes[o * 3 + b]);
      for (std::size_t k = 0; k < 6; ++k) CHECK(measure(o, b, k) >= chosen * (1 - 1e-3));
    }
  }
}

}  // namespace
}  // namespace bitdown::tests

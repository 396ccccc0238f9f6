// SPDX-License-Identifier: MIT
#include "quantize/kmeans.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "quantize/linear_algebra.h"
#include "workers/workers.h"

namespace bitdown::builder {
namespace {

constexpr std::size_t kChunk = 8192;

// Weighted sums of the vectors of each codeword.
struct Members {
  std::vector<double> sums;
  std::vector<double> weights;
  std::vector<double> errors;
  std::vector<std::size_t> counts;

  Members(std::size_t entries, std::size_t dimension)
      : sums(entries * dimension), weights(entries), errors(entries), counts(entries) {}

  void add(const Members& other) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += other.sums[i];
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] += other.weights[i];
    for (std::size_t i = 0; i < errors.size(); ++i) errors[i] += other.errors[i];
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  }
};

class KMeans {
 public:
  KMeans(const Matrix& vectors, const std::vector<float>& weights, const KMeansOptions& options,
         Random& random, unsigned jobs)
      : vectors_(vectors), weights_(weights), options_(options), random_(random), jobs_(jobs) {}

  Clusters run() {
    start();
    measure_deviation();
    const unsigned iterations = options_.iterations + (options_.annealed ? 1 : 0);
    for (unsigned i = 0; i < iterations; ++i) {
      const Members members = assign();
      move(members);
      if (options_.annealed) {
        add_noise(std::sqrt(1.0 - static_cast<double>(i) / options_.iterations));
      }
      revive_empty(members.counts, members.errors, deviation_, random_, clusters_.codebook);
    }
    assign();
    return std::move(clusters_);
  }

 private:
  void start() {
    std::vector<std::size_t> order(vectors_.rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    random_.shuffle(std::span(order), options_.entries);
    clusters_.codebook = Matrix(options_.entries, vectors_.columns);
    for (std::size_t k = 0; k < options_.entries; ++k) {
      const float* from = vectors_.row(order[k]);
      std::copy(from, from + vectors_.columns, clusters_.codebook.row(k));
    }
    clusters_.codes.resize(vectors_.rows);
  }

  void measure_deviation() {
    deviation_.resize(vectors_.columns);
    for (std::size_t e = 0; e < vectors_.columns; ++e) {
      double sum = 0;
      double squares = 0;
      for (std::size_t v = 0; v < vectors_.rows; ++v) {
        const auto x = static_cast<double>(vectors_.at(v, e));
        sum += x;
        squares += x * x;
      }
      const double n = static_cast<double>(vectors_.rows);
      deviation_[e] = static_cast<float>(std::sqrt(std::max(0.0, squares / n - sum * sum / n / n)));
    }
  }

  // Nearest codewords; distances without the vectors' own squares.
  Members assign() {
    const Matrix& codebook = clusters_.codebook;
    std::vector<float> norms(codebook.rows);
    for (std::size_t k = 0; k < codebook.rows; ++k) {
      const float* word = codebook.row(k);
      norms[k] = std::inner_product(word, word + codebook.columns, word, 0.0f);
    }
    const std::size_t chunks = (vectors_.rows + kChunk - 1) / kChunk;
    std::vector<Members> parts(chunks, Members(codebook.rows, codebook.columns));
    in_parallel(chunks, jobs_,
                [&](std::size_t chunk) { assign_chunk(chunk * kChunk, norms, parts[chunk]); });
    for (std::size_t i = 1; i < chunks; ++i) parts[0].add(parts[i]);
    return std::move(parts[0]);
  }

  void assign_chunk(std::size_t first, const std::vector<float>& norms, Members& members) {
    constexpr std::size_t kRows = 64;
    const std::size_t entries = norms.size();
    const std::size_t end = std::min(first + kChunk, vectors_.rows);
    std::vector<float> distances(kRows * entries);
    for (std::size_t v = first; v < end; v += kRows) {
      const std::size_t rows = std::min(kRows, end - v);
      for (std::size_t r = 0; r < rows; ++r) {
        std::copy(norms.begin(), norms.end(),
                  distances.begin() + static_cast<std::ptrdiff_t>(r * entries));
      }
      Product product;
      product.m = rows;
      product.n = entries;
      product.k = vectors_.columns;
      product.a = vectors_.row(v);
      product.a_stride = vectors_.columns;
      product.b = clusters_.codebook.values.data();
      product.b_stride = vectors_.columns;
      product.b_transposed = true;
      product.c = distances.data();
      product.c_stride = entries;
      product.alpha = -2;
      product.beta = 1;
      multiply(product);
      for (std::size_t r = 0; r < rows; ++r) {
        const float* row = distances.data() + r * entries;
        const std::size_t code = smallest(row, entries);
        add_member(v + r, code, row[code], members);
      }
    }
  }

  // `distance` without the vector's own square.
  void add_member(std::size_t v, std::size_t code, float distance, Members& members) {
    clusters_.codes[v] = static_cast<std::uint16_t>(code);
    const float* vector = vectors_.row(v);
    const auto weight = static_cast<double>(weights_[v]);
    double* sums = members.sums.data() + code * vectors_.columns;
    auto error = static_cast<double>(distance);
    for (std::size_t e = 0; e < vectors_.columns; ++e) {
      const auto x = static_cast<double>(vector[e]);
      sums[e] += weight * x;
      error += x * x;
    }
    members.errors[code] += weight * std::max(0.0, error);
    members.weights[code] += weight;
    ++members.counts[code];
  }

  void move(const Members& members) {
    Matrix& codebook = clusters_.codebook;
    for (std::size_t k = 0; k < codebook.rows; ++k) {
      if (!(members.weights[k] > 0)) continue;
      for (std::size_t e = 0; e < codebook.columns; ++e) {
        codebook.at(k, e) =
            static_cast<float>(members.sums[k * codebook.columns + e] / members.weights[k]);
      }
    }
  }

  void add_noise(double temperature) {
    Matrix& codebook = clusters_.codebook;
    for (std::size_t i = 0; i < codebook.values.size(); ++i) {
      const auto deviation = static_cast<double>(deviation_[i % codebook.columns]);
      codebook.values[i] += static_cast<float>(temperature * deviation * random_.normal());
    }
  }

  const Matrix& vectors_;
  const std::vector<float>& weights_;
  const KMeansOptions& options_;
  Random& random_;
  const unsigned jobs_;
  Clusters clusters_;
  std::vector<float> deviation_;
};

}  // namespace

Clusters kmeans(const Matrix& vectors, const std::vector<float>& weights,
                const KMeansOptions& options, Random& random, unsigned jobs) {
  return KMeans(vectors, weights, options, random, jobs).run();
}

std::size_t smallest(const float* numbers, std::size_t count) {
  // In lanes, which compilers turn into vectors.
  constexpr std::size_t kLanes = 16;
  float least = numbers[0];
  std::size_t i = 0;
  if (count >= kLanes) {
    float lanes[kLanes];
    std::copy(numbers, numbers + kLanes, lanes);
    for (i = kLanes; i + kLanes <= count; i += kLanes) {
      for (std::size_t l = 0; l < kLanes; ++l) {
        lanes[l] = numbers[i + l] < lanes[l] ? numbers[i + l] : lanes[l];
      }
    }
    least = *std::min_element(lanes, lanes + kLanes);
  }
  for (; i < count; ++i) least = std::min(least, numbers[i]);
  const float* found = std::find(numbers, numbers + count, least);
  return found == numbers + count ? 0 : static_cast<std::size_t>(found - numbers);
}

void revive_empty(const std::vector<std::size_t>& counts, std::vector<double> loads,
                  const std::vector<float>& deviation, Random& random, Matrix& codebook) {
  for (std::size_t k = 0; k < counts.size(); ++k) {
    if (counts[k] > 0) continue;
    const auto most = std::max_element(loads.begin(), loads.end());
    if (!(*most > 0)) return;
    const float* from = codebook.row(static_cast<std::size_t>(most - loads.begin()));
    for (std::size_t e = 0; e < codebook.columns; ++e) {
      const double step = 1e-3 * static_cast<double>(deviation[e]) * random.normal();
      codebook.at(k, e) = from[e] + static_cast<float>(step);
    }
    *most /= 2;
    loads[k] = *most;
  }
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "quantize/matrix.h"
#include "quantize/random.h"

namespace bitdown::builder {

/// Vectors as indices into a codebook.
struct Clusters {
  Matrix codebook;                   ///< (K, d).
  std::vector<std::uint16_t> codes;  ///< One a vector, the nearest codeword when it was assigned.
};

struct KMeansOptions {
  std::uint32_t entries = 256;  ///< K, at most the number of vectors.
  unsigned iterations = 25;
  /// Codewords are means of vectors plus noise of the vectors' deviation per dimension, times
  /// (1 - i / iterations)^0.5, i = 0 to iterations: SR-C of PQF.
  bool annealed = false;
};

/// Weighted k-means: minimises the sum of weight |v - c|^2. `vectors` is (n, d), `weights` has n
/// positive numbers. It starts from K different vectors at random. A codeword that nobody uses
/// becomes a neighbour of the one with the greatest error; when there are fewer different vectors
/// than K, some stay unused. Ends with an assignment. The result depends on `random`, not
/// on `jobs`.
Clusters kmeans(const Matrix& vectors, const std::vector<float>& weights,
                const KMeansOptions& options, Random& random, unsigned jobs);

/// The index of the smallest of `count` >= 1 numbers; the first of equals.
std::size_t smallest(const float* numbers, std::size_t count);

/// Moves every codeword without members beside the one with the greatest load, at random, 1e-3 of
/// the `deviation` of each dimension away, so that the two share its members. `loads` is the error,
/// or the number of members, of each codeword; one that has none stays alone.
void revive_empty(const std::vector<std::size_t>& counts, std::vector<double> loads,
                  const std::vector<float>& deviation, Random& random, Matrix& codebook);

}  // namespace bitdown::builder

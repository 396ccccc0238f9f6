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
  /// (1 - i / iterations)^0.5: SR-C of PQF.
  bool annealed = false;
};

/// Weighted k-means: minimises the sum of weight |v - c|^2. `vectors` is (n, d), `weights` has n
/// positive numbers. It starts from K different vectors at random. A codeword that nobody uses
/// becomes a neighbour of the most used one, as in method A2; when there are fewer different
/// vectors than K, some stay unused. Ends with an assignment. The result depends on `random`, not
/// on `jobs`.
Clusters kmeans(const Matrix& vectors, const std::vector<float>& weights,
                const KMeansOptions& options, Random& random, unsigned jobs);

/// The index of the smallest of `count` >= 1 numbers; the first of equals.
std::size_t smallest(const float* numbers, std::size_t count);

/// Moves every codeword with no members beside one with many: a random choice of the dimension-wise
/// `deviation` times 1e-3 away. `counts` are its members.
void revive_empty(std::vector<std::size_t> counts, const std::vector<float>& deviation,
                  Random& random, Matrix& codebook);

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "quantize/kmeans.h"
#include "quantize/matrix.h"
#include "quantize/random.h"

namespace bitdown::builder {

/// k-means over the blocks of `weights` (outputs, columns) in the metric of the mean diagonal block
/// of `metric` (columns, columns): with its Cholesky factor L, blocks v become L' v and distances
/// Euclidean. `importance` has one number an output. Returns codes in the order [output][block].
Clusters kmeans_in_metric(const Matrix& weights, const std::vector<float>& importance,
                          const Matrix& metric, std::size_t block_size,
                          const KMeansOptions& options, Random& random, unsigned jobs);

/// The same in the Euclidean metric.
Clusters kmeans_of_blocks(const Matrix& weights, std::size_t block_size,
                          const KMeansOptions& options, Random& random, unsigned jobs);

}  // namespace bitdown::builder

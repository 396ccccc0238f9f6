// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "graph/graph.h"
#include "quantize/features.h"
#include "quantize/sums.h"

namespace bitdown::builder {

/// What it takes to measure one layer.
struct Measurement {
  const Graph& teacher;        ///< The float network.
  const Graph& student;        ///< The same nodes; those before `node` may be quantized.
  std::size_t node = 0;        ///< The layer.
  std::size_t first_node = 0;  ///< Behind the cut where `features` are.
  ValueId cut = 0;             ///< Its value.
  std::size_t rows = 0;        ///< About so many for the moments,
  std::size_t held_rows = 0;   ///< and for the rows held out.
  std::uint64_t seed = 0;
  unsigned jobs = 1;
};

struct Measured {
  Moments moments;
  Rows held_out;
  Matrix output_metric = {};  ///< output_metric.h; empty: all outputs' errors weigh alike.
};

/// Runs both networks from the cut to the layer on the images of all `features` (one or more views
/// of the same images), draws output positions at random, equally many from each image, and
/// collects what they see. Every kHoldOut-th image is held out: its rows are returned as they are
/// and take no part in the moments. The result depends on the seed, not on `jobs`.
inline constexpr std::size_t kHoldOut = 10;
Measured measure(const Measurement& measurement, const std::vector<Features>& features);

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "kernels/convolution/blocking.h"
#include "kernels/convolution/cost.h"
#include "kernels/convolution/share.h"

// What the cost models of int8 and of float32 count alike. For cost.cpp and cost_float.cpp.
namespace bitdown::kernels {

inline double round_up(std::uint32_t value, std::uint32_t by) {
  return static_cast<double>(divide_up(value, by)) * by;
}

inline double gathered(const WeightMatrix& weights, const Window& window,
                       const OutputRange& range) {
  return window.pointwise() ? 0.0 : static_cast<double>(range.positions) * weights.columns;
}

/// `positions`: those of the range with what the kernel rounds them up to.
inline DecodeWork decode_work(const WeightMatrix& weights, const Window& window,
                              const PanelKernel& kernel, const OutputRange& range,
                              const Blocking& blocking, double positions) {
  if (range.rows == 0 || range.positions == 0) return {};
  const double decoded =
      static_cast<double>(range.rows) * divide_up(range.positions, blocking.block_positions);
  const double columns = round_up(weights.columns, kernel.word_k);
  DecodeWork work;
  work.macs = round_up(range.rows, kernel.rows) * positions * columns;
  work.codes = decoded * (weights.columns / weights.codes.block_size);
  work.numbers = decoded * weights.columns;
  work.packed = positions * columns;
  work.gathered = gathered(weights, window, range);
  work.finished = static_cast<double>(range.rows) * range.positions;
  return work;
}

/// The first of a table's costs whose instruction sets `isa` has, or the last.
template <typename Cost>
const Cost& cost_for(std::span<const Cost> costs, IsaSet isa) {
  for (const Cost& cost : costs) {
    if ((isa & cost.isa) == cost.isa) return cost;
  }
  return costs.back();
}

/// The most expensive of the shares' work.
template <typename Work, typename WorkOf>
Prediction<Work> longest(std::uint32_t threads, const Work& ns, const WorkOf& work_of) {
  Prediction<Work> most;
  for (std::uint32_t i = 0; i < threads; ++i) {
    const Work work = work_of(Share{i, threads});
    const double time = work.time(ns);
    if (time > most.ns) most = {time, work};
  }
  return most;
}

}  // namespace bitdown::kernels

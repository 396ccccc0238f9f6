// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "graph/graph.h"
#include "writer/writer.h"

namespace bitdown::builder {

/// The photographs to calibrate on, as the network takes them. Whoever knows image formats
/// implements it.
class CalibrationInputs {
 public:
  virtual ~CalibrationInputs() = default;

  virtual std::size_t count() const = 0;

  /// Writes photograph `index` into `input`, planar (C, H, W) of the graph's input, or returns
  /// false to leave it out. Called once for each index, by several threads at a time.
  virtual bool load(std::size_t index, std::span<float> input) = 0;
};

/// Replaces the activation ranges of all values of `graph`: runs the network, as it would be
/// written with `precision`, in float32 on each photograph and chooses from what flowed by each
/// value's histogram (choose_range). Runs `jobs` >= 1 sessions, each on a thread of its own; the
/// result does not depend on their number. Returns the number of photographs used; when that is 0
/// the graph has no ranges. Throws Error: kUnsupported (not exactly one input), kInvalidData (a
/// value that overflows), and what write_blob and load throw.
std::size_t calibrate(Graph& graph, DensePrecision precision, CalibrationInputs& inputs,
                      unsigned jobs);

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "bitdown/model.h"
#include "calibrate/calibrate.h"

namespace bitdown::builder {

/// How far the output of one layer lies from that of its namesake, over all images.
struct LayerDifference {
  std::string name;
  /// sum (b - a)^2 / sum (a - mean a)^2: 0 for equal outputs, 1 for a constant instead of them.
  double error = 0;
  double correlation = 0;  ///< Pearson's; 0 where either output is constant.
  double largest = 0;      ///< max |b - a|.
};

/// The same of the first output for one image.
struct ImageDifference {
  bool used = false;        ///< It could be loaded; else nothing else is known.
  bool same_class = false;  ///< The largest number has the same index.
  double error = 0;
};

struct Comparison {
  std::vector<LayerDifference> layers;  ///< In the order in which the second network runs.
  std::size_t unmatched = 0;            ///< Layers of the second without a namesake of equal size.
  std::vector<ImageDifference> images;  ///< Those of `inputs`.
};

/// Runs both networks in float32 on each image and compares the outputs of layers with the same
/// name; no layer is compared when no image can be loaded. `jobs` >= 1 threads; the result does not
/// depend on their number. Throws Error: kUnsupported (several inputs), kInvalidData (inputs or
/// first outputs of different shapes; no layer in both), and what running the networks throws.
Comparison compare(const Model& a, const Model& b, CalibrationInputs& inputs, unsigned jobs);

}  // namespace bitdown::builder

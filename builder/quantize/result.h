// SPDX-License-Identifier: MIT
#pragma once

#include "quantize/layer.h"

namespace bitdown::builder {

/// What became of a layer. Errors are mean squared errors of its output (before the activation,
/// with the batch-norm's scale), in units of the float output's variance.
struct LayerResult {
  CodedLayer layer;
  double start_error = 0;  ///< Of the k-means start, on the images used.
  double error = 0;        ///< On the images used.
  double held_out = 0;     ///< On the images held out; 0 when there are none.
  double ridge = 0;        ///< Of the regression target (quantize/target.h).
  double share = 0;
};

}  // namespace bitdown::builder

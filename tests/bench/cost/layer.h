// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/im2col/im2col.h"
#include "kernels/weights/weights.h"
#include "model_generated.h"

namespace bitdown::tests {

/// A convolution of a model, as the cost model sees it; points into the model.
struct CostLayer {
  kernels::Window window;
  kernels::WeightMatrix weights;
};

/// `op` is a convolution of `root`.
CostLayer cost_layer(const schema::Model& root, const schema::Operator& op);

}  // namespace bitdown::tests

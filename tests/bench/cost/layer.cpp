// SPDX-License-Identifier: MIT
#include "layer.h"

#include "ops/weights.h"
#include "ops/window.h"

namespace bitdown::tests {

CostLayer cost_layer(const schema::Model& root, const schema::Operator& op) {
  const schema::Convolution& convolution = *op.parameters_as_Convolution();
  const auto& out = *root.values()->Get(op.outputs()->Get(0))->shape();
  const kernels::Window window =
      make_window(convolution, *root.values()->Get(op.inputs()->Get(0))->shape(), out);
  return {window, make_weights(root, convolution.weights_type(), convolution.weights(), out.Get(0),
                               window.channels * window.kernel_h * window.kernel_w)};
}

}  // namespace bitdown::tests

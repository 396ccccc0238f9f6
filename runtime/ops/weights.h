// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/weights/weights.h"
#include "model_generated.h"

namespace bitdown {

/// The kernels' view of a layer's weights in a checked blob. `type` and `weights` are the union.
kernels::WeightMatrix make_weights(const schema::Model& model, schema::Weights type,
                                   const void* weights, std::uint32_t rows, std::uint32_t columns);

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#pragma once

#include "quantize/layer.h"
#include "quantize/moments.h"
#include "quantize/recipe.h"
#include "quantize/result.h"
#include "quantize/schedule.h"

namespace bitdown::builder {

/// Quantizes one layer of the float network by the recipe's method. Throws Error(kInvalidData) when
/// a codeword does not fit fp16.
LayerResult quantize_layer(const Layer& layer, const Measured& measured, const LayerPlan& plan,
                           const Recipe& recipe, unsigned jobs);

}  // namespace bitdown::builder

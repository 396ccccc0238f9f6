// SPDX-License-Identifier: MIT
#pragma once

#include "importers/dialect.h"

namespace bitdown::builder {

/// "And the Bit Goes Down": per coded layer LAYER.{centroids (K, d), assignments (blocks *
/// outputs), n_blocks, is_conv, k}, where the code of (output o, block b) is assignments[b *
/// outputs + o] and k is the kernel; other layers have LAYER.weight. Batch-norm is folded; a linear
/// layer's bias is LAYER_bias.bias.
extern const Dialect kKtb;

}  // namespace bitdown::builder

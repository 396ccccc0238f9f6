// SPDX-License-Identifier: MIT
#pragma once

#include "importers/dialect.h"

namespace bitdown::builder {

/// "Permute, Quantize, and Fine-tune": per coded layer LAYER.codebook (K, d) and LAYER.codes_matrix
/// (outputs, blocks); other layers have LAYER.weight. Batch-norm is folded.
extern const Dialect kPqf;

}  // namespace bitdown::builder

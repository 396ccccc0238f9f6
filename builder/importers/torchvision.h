// SPDX-License-Identifier: MIT
#pragma once

#include "importers/dialect.h"

namespace bitdown::builder {

/// Uncompressed, as torchvision names it: LAYER.weight and batch-norm with running statistics,
/// which is folded here with torchvision's epsilon, 1e-5.
extern const Dialect kTorchvision;

}  // namespace bitdown::builder

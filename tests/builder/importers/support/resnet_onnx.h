// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "builder/importers/support/fake_checkpoint.h"

namespace bitdown::tests {

/// The ONNX file that PyTorch exports from torchvision's ResNet-18 (or -50) of these tensors,
/// batch-norms kept, of any batch. `checkpoint` is of the torchvision dialect.
std::string resnet_onnx(const FakeCheckpoint& checkpoint, int depth);

}  // namespace bitdown::tests

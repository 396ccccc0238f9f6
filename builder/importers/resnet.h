// SPDX-License-Identifier: MIT
#pragma once

#include "importers/dialect.h"

namespace bitdown::builder {

/// Builds ResNet-18, -34, -50, -101 or -152 (torchvision's, with the stride on the 3x3 convolution
/// of bottlenecks) from a checkpoint's layers; the depth follows from their names. Input "input"
/// (3, 224, 224), outputs "logits" and "probabilities". Nodes have the layers' names, their values
/// too except the last two. Fills values, nodes, inputs, outputs, provenance.architecture and
/// ImageNet's preprocessing.
/// Throws Error: kUnsupported (another architecture, keys that have no place in it) or kInvalidData
/// (a key missing or not of the shape that the architecture asks for).
Graph build_resnet(StateDict& dict, const Dialect& dialect);

}  // namespace bitdown::builder

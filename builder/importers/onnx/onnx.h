// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>

#include "graph/graph.h"

namespace bitdown::builder::onnx {

/// Reads a classifier made of Conv, BatchNormalization, Relu, Add, MaxPool, GlobalAveragePool (also
/// as AveragePool or ReduceMean of whole images), Flatten, Reshape, Gemm, MatMul, Softmax,
/// Identity, Dropout and Constant; opset 7 or newer, one input (1 or symbolic, C, H, W), one output
/// (1, classes), probabilities or not. Batch-norm, additions and activations become parts of the
/// convolutions before them, so that a network gives the same graph as from a checkpoint. Layers
/// are named by their weights: "layer1.0.conv1.weight" makes "layer1.0.conv1". Numbers in files
/// beside the model are read from `folder`. Provenance is without source_file. Throws Error naming
/// operator and node: kInvalidData, kUnsupported; kNotFound or kIoError for files of numbers.
Graph import_onnx(std::span<const std::byte> file,
                  const std::optional<std::filesystem::path>& folder);

}  // namespace bitdown::builder::onnx

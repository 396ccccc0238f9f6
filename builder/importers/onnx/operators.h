// SPDX-License-Identifier: MIT
#pragma once

#include "importers/onnx/node_context.h"

namespace bitdown::builder::onnx {

/// One function an operator of ONNX: takes the node into the network, as an operator of ours, as a
/// part of the convolution before it, or as nothing at all. Throws Error naming the node:
/// kUnsupported for what no operator of ours does, kInvalidData for what makes no sense.

// Convolutions and what they take up (convolutions.cpp).
void convert_add(NodeContext& node);
void convert_batch_normalization(NodeContext& node);
void convert_conv(NodeContext& node);
void convert_relu(NodeContext& node);

// Linear layers (linear.cpp).
void convert_gemm(NodeContext& node);
void convert_mat_mul(NodeContext& node);

// Pooling (pooling.cpp).
void convert_average_pool(NodeContext& node);
void convert_global_average_pool(NodeContext& node);
void convert_max_pool(NodeContext& node);
void convert_reduce_mean(NodeContext& node);

// What changes no number (shapes.cpp), and softmax.
void convert_constant(NodeContext& node);
void convert_dropout(NodeContext& node);
void convert_flatten(NodeContext& node);
void convert_identity(NodeContext& node);
void convert_reshape(NodeContext& node);
void convert_softmax(NodeContext& node);

}  // namespace bitdown::builder::onnx

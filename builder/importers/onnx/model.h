// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "importers/onnx/messages.h"

namespace bitdown::builder::onnx {

/// Whether `file` begins as ONNX files do: with ir_version, the message's first field.
bool is_model(std::span<const std::byte> file);

/// Parses an ONNX file. The structure around its numbers takes memory of at most some hundred
/// megabytes. Throws Error: kInvalidData (damaged, truncated, no graph) or kUnsupported (2 GB and
/// more, a structure of more than a million fields, operators older than opset 7).
ModelProto parse(std::span<const std::byte> file);

}  // namespace bitdown::builder::onnx

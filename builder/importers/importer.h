// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "graph/graph.h"

namespace bitdown::builder {

/// Reads a trained network of any known format; format, depth, block sizes and K are inferred from
/// the content. Labels and preprocessing are ImageNet's for a network of 1000 classes and inputs of
/// its size; others have no labels, and from ONNX no preprocessing. A network without a name has
/// that of its file. Throws Error: kNotFound, kIoError, kInvalidData (truncated,
/// corrupt, forbidden pickle global, wrong shapes; the message names file and offset or key) or
/// kUnsupported (unknown architecture or format).
Graph import_network(const std::filesystem::path& file);

/// The same from memory. `file` stands in messages as it is, and without folders in provenance.
Graph import_bytes(std::span<const std::byte> bytes, const std::filesystem::path& file);

}  // namespace bitdown::builder

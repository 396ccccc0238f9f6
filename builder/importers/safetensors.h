// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "importers/state_dict.h"

namespace bitdown::builder {

/// Whether `file` begins as a safetensors file does: a length of a sane size, then an object.
bool is_safetensors(std::span<const std::byte> file);

/// Reads a safetensors file (huggingface/safetensors, README, "Format"): the header's length as
/// uint64; the header, a JSON object {NAME: {"dtype": ..., "shape": [...], "data_offsets": [begin,
/// end]}}, where "__metadata__" is no tensor; the tensors, row-major, without gap or overlap.
/// `file` must outlive the result, which has the names that the same network has in a torch file.
/// Throws Error: kInvalidData (truncated, corrupt; the message names the tensor) or kUnsupported
/// (an element type that no network here has, a header of more than 8 MiB).
StateDict read_safetensors(std::span<const std::byte> file);

}  // namespace bitdown::builder

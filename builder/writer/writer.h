// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "aligned.h"
#include "graph/graph.h"

namespace bitdown::builder {

/// How dense weights, scales, shifts and biases are stored. Codebooks are always fp16.
enum class DensePrecision { kFloat16, kFloat32 };

/// Serializes `graph` as a blob (schema/README.md) and validates the result with schema::check.
/// Deterministic. Throws Error(kInvalidData) when a number does not fit fp16 or the graph is
/// inconsistent.
std::vector<std::byte> write_blob(const Graph& graph, DensePrecision precision);

/// The blob where Model::from_memory and schema::check take it, 64-byte aligned. Throws
/// std::bad_alloc.
AlignedBuffer aligned_copy(const std::vector<std::byte>& blob);

/// Writes `bytes` to `path` through a temporary file beside it, fsync and rename: afterwards `path`
/// is either complete or untouched, and no temporary file is left. Throws Error(kIoError) with the
/// path and the operating system's reason (missing folder, read-only, full disk). One call of
/// it or check_writable at a time in a process.
void write_file(const std::filesystem::path& path, const std::vector<std::byte>& bytes);

/// Before long work that ends in write_file: throws what it would throw before its first byte (all
/// but a full disk), and leaves everything as it was.
void check_writable(const std::filesystem::path& path);

/// For the handler of a signal that ends the process (async-signal-safe): removes the temporary
/// file of the write_file that it interrupts, if any.
void remove_unfinished_file() noexcept;

}  // namespace bitdown::builder

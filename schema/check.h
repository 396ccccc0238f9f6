// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bitdown/status.h"

namespace bitdown::schema {

struct Model;

/// The format version that this build writes and reads.
inline constexpr std::uint16_t kVersionMajor = 1;
inline constexpr std::uint16_t kVersionMinor = 1;
inline constexpr std::uint16_t kVersionPatch = 0;

/// Alignment of every bulk vector, from the start of the blob.
inline constexpr std::size_t kAlignment = 64;

/// Caps that keep 32-bit size arithmetic safe and a hostile blob from asking for absurd memory.
struct Limits {
  static constexpr std::uint64_t kBlobBytes = std::uint64_t{1} << 30;
  static constexpr std::uint32_t kValues = 1u << 12;
  static constexpr std::uint32_t kOperators = 1u << 12;
  static constexpr std::uint32_t kDimension = 1u << 16;
  static constexpr std::uint64_t kElements = std::uint64_t{1} << 26;  ///< Of one value: 256 MiB.
  static constexpr std::uint64_t kTotalElements = std::uint64_t{1} << 28;  ///< Of all values.
  static constexpr std::uint32_t kCodebooks = 1u << 16;
  static constexpr std::uint32_t kCodebookEntries = 1u << 16;
  static constexpr std::uint16_t kBlockSize = 256;
  static constexpr std::uint16_t kKernel = 64;
  static constexpr std::uint16_t kStride = 64;
  static constexpr std::uint32_t kLabels = 1u << 20;
  /// Operators may share vectors, but so that each byte of the blob is read this often on average:
  /// otherwise a small blob could keep check() busy for hours.
  static constexpr std::uint64_t kUsesPerByte = 16;
};

/// Validates an untrusted blob completely, structure (FlatBuffers verifier) and meaning (every rule
/// in model.fbs: identifier, version, features, indices, shapes, lengths, alignment, finiteness,
/// graph order, caps), so that a Session may execute it without further checks. Allocates nothing
/// (8 KiB of stack) and reads every code and number once.
///
/// `blob` must start at a 64-byte-aligned address (kInvalidArgument otherwise) and outlive the
/// returned pointer, which points into it. Fails with kInvalidData or kUnsupported (newer major
/// version, unknown feature, enum value or operator): where() is "operator 12 'layer1.0.conv1'",
/// "value 3 'input'", "preprocessing" and the like, message() is "field: what is wrong".
/// Thread-safe.
Result<const Model*> check(std::span<const std::byte> blob);

}  // namespace bitdown::schema

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "importers/torch/object.h"

namespace bitdown::builder::torch {

/// One unpickled object with everything it refers to.
struct Pickle {
  std::vector<Object> objects;  ///< The arena; points into the pickle's bytes.
  ObjectId root = 0;
  std::size_t end = 0;  ///< Offset behind the pickle's last byte.

  const Object& at(ObjectId id) const { return objects[id]; }
};

/// Reads one protocol-2 pickle, the opcodes that torch.save writes, starting at `offset` of
/// `bytes`, which must outlive the result. Runs no code: the known globals (object.h) are values,
/// and only their known calls are understood. Time and memory are linear in the pickle's length and
/// capped at about a million objects. Throws Error: kInvalidData (truncated, corrupt, a global that
/// is not on the list; the message gives the byte) or kUnsupported (another protocol, a pickle that
/// is too large).
Pickle unpickle(std::span<const std::byte> bytes, std::size_t offset = 0);

}  // namespace bitdown::builder::torch

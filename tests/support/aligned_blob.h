// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <vector>

#include "aligned.h"

namespace bitdown::tests {

/// A blob where Model::from_memory and schema::check want it, in an allocation of exactly its
/// size, so that AddressSanitizer sees a read past the end.
class AlignedBlob {
 public:
  explicit AlignedBlob(std::span<const std::byte> bytes) : buffer_(bytes.size()) {
    if (!bytes.empty()) std::memcpy(buffer_.span().data(), bytes.data(), bytes.size());
  }

  std::span<std::byte> bytes() const { return buffer_.span(); }

 private:
  AlignedBuffer buffer_;
};

}  // namespace bitdown::tests

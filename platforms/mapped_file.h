// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

#include "bitdown/status.h"

namespace bitdown {

/// A whole file mapped read-only. Owns the mapping: move-only, unmapped on destruction. The bytes
/// may be read from any thread. Truncating the file while it is mapped raises SIGBUS on access, as
/// for every mapping.
class MappedFile {
 public:
  /// Fails with kNotFound, kIoError (permissions, not a regular file) or kInvalidData (empty).
  static Result<MappedFile> open(const char* path);

  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  /// Page-aligned; valid while this object lives.
  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "importers/failure.h"

namespace bitdown::builder {

/// Walks through bytes and refuses to leave them. Offsets count from the start of `bytes`.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes, std::size_t offset = 0)
      : bytes_(bytes), offset_(offset) {}

  std::size_t offset() const { return offset_; }
  std::size_t remaining() const { return bytes_.size() - offset_; }

  /// The next `count` bytes. Throws Error(kInvalidData) when there are fewer.
  std::span<const std::byte> take(std::uint64_t count) {
    if (count > remaining()) fail_invalid("truncated at byte " + std::to_string(bytes_.size()));
    const auto result = bytes_.subspan(offset_, static_cast<std::size_t>(count));
    offset_ += result.size();
    return result;
  }

  /// An unsigned little-endian integer of `width` <= 8 bytes.
  std::uint64_t little_endian(std::size_t width) {
    const auto bytes = take(width);
    std::uint64_t value = 0;
    for (std::size_t i = width; i-- > 0;) value = value << 8 | std::to_integer<unsigned>(bytes[i]);
    return value;
  }

  std::string_view text(std::uint64_t length) {
    const auto bytes = take(length);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  /// Up to, and without, the next newline, which is consumed.
  std::string_view line() {
    const std::size_t start = offset_;
    while (take(1)[0] != std::byte{'\n'}) continue;
    return {reinterpret_cast<const char*>(bytes_.data()) + start, offset_ - start - 1};
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t offset_;
};

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "error.h"

namespace bitdown::builder {

/// The bytes are not what they claim to be.
[[noreturn]] inline void fail_invalid(const std::string& message) {
  throw Error(StatusCode::kInvalidData, message);
}

/// Well-formed, but nothing that this importer knows.
[[noreturn]] inline void fail_unsupported(const std::string& message) {
  throw Error(StatusCode::kUnsupported, message);
}

/// `text` from an untrusted file in single quotes, fit for one line of a terminal: at most 80
/// bytes, anything but printable ASCII replaced by '?'.
inline std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 80;
  std::string result = "'";
  for (const char c : text.substr(0, kLongest)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > kLongest ? "...'" : "'");
}

}  // namespace bitdown::builder

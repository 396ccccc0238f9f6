// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "error.h"

namespace bitdown::tests {

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// How a call failed.
struct Failure {
  StatusCode code = StatusCode::kOk;
  std::string message;

  bool says(std::string_view part) const { return message.find(part) != std::string::npos; }
};

/// The builder::Error that `call` throws, or kOk when it throws none. Lets other exceptions pass.
template <typename Call>
Failure error_of(Call call) {
  try {
    call();
  } catch (const builder::Error& error) {
    return {error.code(), error.what()};
  }
  return {};
}

}  // namespace bitdown::tests

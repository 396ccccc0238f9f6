// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "bitdown/status.h"

namespace bitdown::builder {

/// What the builder throws for bad input or a refusing operating system. what() is one line that
/// names the file, or the place in it, and what is wrong; tools print it as it is and derive their
/// exit code from code().
class Error : public std::runtime_error {
 public:
  Error(StatusCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  StatusCode code() const { return code_; }

 private:
  StatusCode code_;
};

/// Throws the runtime's refusal as an Error that says where and what.
inline void throw_unless_ok(const Status& status) {
  if (status.ok()) return;
  throw Error(status.code(),
              std::string(status.where()) + (*status.where() ? ": " : "") + status.message());
}

template <typename T>
T value_or_throw(Result<T> result) {
  throw_unless_ok(result.status());
  return std::move(result).value();
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "bitdown/status.h"
#include "exit_code.h"

namespace bitdown::apps {

/// What a verb throws to end the tool: what() is the line after "bitdown: ".
class Failure : public std::runtime_error {
 public:
  Failure(ExitCode code, const std::string& line) : std::runtime_error(line), code_(code) {}

  /// A failure to read or use the input `file`.
  Failure(std::string_view file, const Status& status)
      : Failure(apps::exit_code(status.code()), error_line(file, status)) {}

  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

/// The value, or throws Failure(file, status).
template <typename T>
T value_or_fail(std::string_view file, Result<T> result) {
  if (!result.ok()) throw Failure(file, result.status());
  return std::move(result).value();
}

}  // namespace bitdown::apps

// SPDX-License-Identifier: MIT
#include "exit_code.h"

#include <cstdio>

namespace bitdown::apps {

ExitCode exit_code(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return ExitCode::kOk;
    case StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case StatusCode::kNotFound:
      return ExitCode::kInputMissing;
    case StatusCode::kIoError:
      return ExitCode::kInputMissing;
    case StatusCode::kInvalidData:
      return ExitCode::kInputInvalid;
    case StatusCode::kUnsupported:
      return ExitCode::kUnsupported;
    case StatusCode::kOutOfMemory:
      return ExitCode::kOutOfMemory;
    case StatusCode::kInternal:
      return ExitCode::kInternal;
  }
  return ExitCode::kInternal;
}

ExitCode exit_code_for_output(StatusCode code) {
  if (code == StatusCode::kNotFound || code == StatusCode::kIoError) return ExitCode::kOutput;
  return exit_code(code);
}

std::string error_line(std::string_view file, const Status& status) {
  std::string line(file);
  for (const std::string_view part : {status.message(), status.where()}) {
    if (part.empty()) continue;
    if (!line.empty()) line += ": ";
    line += part;
  }
  return line;
}

void print_error(std::string_view line) {
  const std::string text = "bitdown: " + printable(line) + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

ExitCode report(std::string_view file, const Status& status) {
  print_error(error_line(file, status));
  return exit_code(status.code());
}

ExitCode finish(ExitCode code) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  print_error("standard output: cannot be written");
  return ExitCode::kOutput;
}

std::string printable(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  return result;
}

}  // namespace bitdown::apps

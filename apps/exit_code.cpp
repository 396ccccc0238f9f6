// SPDX-License-Identifier: MIT
#include "exit_code.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace bitdown::apps {
namespace {

// Bytes of the UTF-8 character that `text` starts with; 0 when it is none, or a control character
// (C0, DEL or C1).
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || length > text.size()) return 0;
  std::uint32_t code = first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::uint32_t kSmallest[] = {0xa0, 0x800, 0x10000};  // Below: C1, or too long.
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  return code >= kSmallest[length - 2] && code <= 0x10ffff && !surrogate ? length : 0;
}

}  // namespace

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

std::string printable(std::string_view text, std::size_t max_characters) {
  std::string result;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == max_characters) return result + "...";
    const std::size_t length = character_length(text);
    if (length == 0) {
      result += '?';
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

}  // namespace bitdown::apps

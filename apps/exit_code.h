// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bitdown/status.h"

namespace bitdown::apps {

/// What both tools return to the shell. Scripts rely on these numbers.
enum class ExitCode : int {
  kOk = 0,
  kCheckFailed = 1,   ///< The tool worked, but the network failed its self-test.
  kUsage = 2,         ///< The command line makes no sense.
  kInputMissing = 3,  ///< An input does not exist or cannot be read.
  kInputInvalid = 4,  ///< An input is corrupt, truncated or not what it should be.
  kUnsupported = 5,   ///< Newer format, unknown architecture, an ISA that this CPU lacks.
  kOutput = 6,        ///< An output cannot be written; nothing half-written is left.
  kOutOfMemory = 7,
  kInternal = 70,  ///< A bug in Bitdown.
};

/// The same table for --help.
inline constexpr const char* kExitCodeHelp =
    "Exit codes: 0 ok, 1 check failed, 2 wrong usage, 3 input missing or unreadable, 4 input\n"
    "invalid, 5 unsupported, 6 output cannot be written, 7 out of memory, 70 internal error.";

/// For a failure to read or use an input.
ExitCode exit_code(StatusCode code);

/// For a failure to write an output: what the operating system refuses is kOutput.
ExitCode exit_code_for_output(StatusCode code);

/// "FILE: what: where", without empty parts.
std::string error_line(std::string_view file, const Status& status);

/// Prints "bitdown: LINE" and a newline to stderr, always exactly one line.
void print_error(std::string_view line);

/// print_error(error_line(file, status)) and the exit code of an input.
ExitCode report(std::string_view file, const Status& status);

/// Flushes stdout and returns `code`, or reports that stdout could not be written. The last call of
/// main.
ExitCode finish(ExitCode code);

/// `text` with control characters (C0, C1) and bytes that are no UTF-8 replaced by '?', cut after
/// `max_characters`: names come from untrusted files and must not steer a terminal or break a line.
std::string printable(std::string_view text, std::size_t max_characters = SIZE_MAX);

/// How much of a class name belongs in a line of text.
inline constexpr std::size_t kMaxNameCharacters = 80;

}  // namespace bitdown::apps

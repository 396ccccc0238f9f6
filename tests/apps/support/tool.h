// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bitdown::tests {

/// What a process left behind.
struct Outcome {
  int code = -1;  ///< Exit code; -1 when a signal ended it.
  std::string out;
  std::string err;
};

/// The tools under test.
inline constexpr const char* kTool = BITDOWN_TOOL;
inline constexpr const char* kDeviceTool = BITDOWN_DEVICE_TOOL;

/// Runs `tool` without a terminal. `setup` is shell code before it, e.g. "ulimit -f 1;".
Outcome run_tool(const char* tool, const std::vector<std::string>& arguments,
                 const std::string& setup = "");

/// Checks that the tool failed with `code` and explained itself in exactly one line on stderr that
/// begins with "bitdown: " and contains `text`.
void check_refused(const Outcome& outcome, int code, std::string_view text);

/// Checks exit code 0 and silence on stderr, and returns stdout.
std::string check_ok(const Outcome& outcome);

}  // namespace bitdown::tests

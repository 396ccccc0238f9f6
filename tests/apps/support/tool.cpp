// SPDX-License-Identifier: MIT
#include "apps/support/tool.h"

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>

#include "doctest/doctest.h"
#include "support/folder.h"

namespace bitdown::tests {
namespace {

std::string quote(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

Outcome run_tool(const char* tool, const std::vector<std::string>& arguments,
                 const std::string& setup) {
  const Folder folder;
  std::string command = setup + " exec " + quote(tool);
  for (const std::string& argument : arguments) command += " " + quote(argument);
  command += " >" + quote(folder / "out") + " 2>" + quote(folder / "err") + " </dev/null";
  const int status = std::system(command.c_str());
  Outcome outcome;
  if (WIFEXITED(status)) outcome.code = WEXITSTATUS(status);
  outcome.out = read_file(folder / "out");
  outcome.err = read_file(folder / "err");
  return outcome;
}

void check_refused(const Outcome& outcome, int code, std::string_view text) {
  CAPTURE(outcome.err);
  CHECK(outcome.code == code);
  CHECK(outcome.err.starts_with("bitdown: "));
  CHECK(outcome.err.find(text) != std::string::npos);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  CHECK(outcome.err.ends_with('\n'));
}

std::string check_ok(const Outcome& outcome) {
  CAPTURE(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK(outcome.err.empty());
  return outcome.out;
}

}  // namespace bitdown::tests

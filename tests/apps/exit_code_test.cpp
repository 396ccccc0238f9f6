// SPDX-License-Identifier: MIT
#include "exit_code.h"

#include "doctest/doctest.h"

namespace bitdown::apps {
namespace {

TEST_CASE("every status has its documented exit code") {
  CHECK(static_cast<int>(exit_code(StatusCode::kOk)) == 0);
  CHECK(static_cast<int>(exit_code(StatusCode::kInvalidArgument)) == 2);
  CHECK(static_cast<int>(exit_code(StatusCode::kNotFound)) == 3);
  CHECK(static_cast<int>(exit_code(StatusCode::kIoError)) == 3);
  CHECK(static_cast<int>(exit_code(StatusCode::kInvalidData)) == 4);
  CHECK(static_cast<int>(exit_code(StatusCode::kUnsupported)) == 5);
  CHECK(static_cast<int>(exit_code(StatusCode::kOutOfMemory)) == 7);
  CHECK(static_cast<int>(exit_code(StatusCode::kInternal)) == 70);
  CHECK(static_cast<int>(exit_code_for_output(StatusCode::kIoError)) == 6);
  CHECK(static_cast<int>(exit_code_for_output(StatusCode::kNotFound)) == 6);
  CHECK(static_cast<int>(exit_code_for_output(StatusCode::kInvalidData)) == 4);
}

TEST_CASE("an error line names file, failure and place") {
  CHECK(error_line("a.bdn", {StatusCode::kInvalidData, "codes", "op 3"}) == "a.bdn: codes: op 3");
  CHECK(error_line("a.bdn", {StatusCode::kInvalidData, "codes"}) == "a.bdn: codes");
  CHECK(error_line("", {StatusCode::kInvalidData, "codes"}) == "codes");
}

TEST_CASE("control characters do not reach the terminal, other languages do") {
  CHECK(printable("a\nb\033[1m\x7f") == "a?b?[1m?");
  CHECK(printable("Gl\xc3\xbcwein") == "Gl\xc3\xbcwein");
}

}  // namespace
}  // namespace bitdown::apps

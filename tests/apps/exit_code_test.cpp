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
  for (const char* text : {"Gl\xc3\xbcwein", "\xc2\xa0", "\xe2\x82\xac", "\xf0\x9f\x90\x88"}) {
    CHECK(printable(text) == text);
  }
  CHECK(printable("a\xc2\x9b\x31mb") == "a??1mb");  // C1: another way to steer a terminal.
}

TEST_CASE("bytes that are no UTF-8 do not reach the terminal") {
  CHECK(printable("a\xff\x80z") == "a??z");
  CHECK(printable("caf\xe9 x") == "caf? x");
  CHECK(printable("\xe2\x82") == "??");            // Cut short.
  CHECK(printable("\xc0\xaf") == "??");            // Longer than it must be.
  CHECK(printable("\xe0\x82\x9b") == "???");       // The same, hiding C1.
  CHECK(printable("\xed\xa0\x80") == "???");       // A surrogate.
  CHECK(printable("\xf4\x90\x80\x80") == "????");  // Beyond Unicode.
}

TEST_CASE("long names are cut between characters") {
  CHECK(printable("abc", 3) == "abc");
  CHECK(printable("abcd", 3) == "abc...");
  CHECK(printable("\xc3\xbc\xc3\xbc\xc3\xbc", 2) == "\xc3\xbc\xc3\xbc...");
}

}  // namespace
}  // namespace bitdown::apps

// SPDX-License-Identifier: MIT
#include "bitdown/status.h"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>

#include "doctest/doctest.h"

using bitdown::Result;
using bitdown::Status;
using bitdown::StatusCode;

TEST_CASE("a default status is ok and says nothing") {
  const Status status;
  CHECK(status.ok());
  CHECK(status.code() == StatusCode::kOk);
  CHECK(std::string_view(status.message()).empty());
  CHECK(std::string_view(status.where()).empty());
}

TEST_CASE("a failure carries code, message and place") {
  const Status status(StatusCode::kInvalidData, "stride: must not be 0", "operator 3 'conv1'");
  CHECK_FALSE(status.ok());
  CHECK(status.code() == StatusCode::kInvalidData);
  CHECK(std::string_view(status.message()) == "stride: must not be 0");
  CHECK(std::string_view(status.where()) == "operator 3 'conv1'");
}

TEST_CASE("a place is cut to its capacity and stays terminated") {
  for (const std::size_t length : {Status::kWhereCapacity - 2, Status::kWhereCapacity - 1,
                                   Status::kWhereCapacity, 10 * Status::kWhereCapacity}) {
    CAPTURE(length);
    const Status status(StatusCode::kInternal, "", std::string(length, 'x'));
    const std::size_t expected = std::min(length, Status::kWhereCapacity - 1);
    CHECK(std::string_view(status.where()) == std::string(expected, 'x'));
  }
}

TEST_CASE("a place from a hostile blob cannot reach the terminal") {
  const Status status(StatusCode::kInvalidData, "",
                      std::string_view("a\x1b[2J\n\t\0\x7f\xff~ ", 12));
  CHECK(std::string_view(status.where()) == "a?[2J?????~ ");
}

TEST_CASE("a result holds a value or the reason for its absence") {
  Result<std::unique_ptr<int>> value(std::make_unique<int>(7));
  REQUIRE(value.ok());
  CHECK(**value == 7);
  CHECK(*std::move(value).value() == 7);

  const Result<std::unique_ptr<int>> failure(Status(StatusCode::kNotFound, "no such file"));
  CHECK_FALSE(failure.ok());
  CHECK(failure.status().code() == StatusCode::kNotFound);
}

namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return Status(StatusCode::kInvalidArgument, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  BITDOWN_ASSIGN_OR_RETURN(const int once, half(number));
  BITDOWN_ASSIGN_OR_RETURN(const int twice, half(once));
  return twice;
}

Status is_even(int number) {
  BITDOWN_RETURN_IF_ERROR(half(number).status());
  return {};
}

}  // namespace

TEST_CASE("the macros pass failures on and values through") {
  REQUIRE(quarter(12).ok());
  CHECK(quarter(12).value() == 3);
  CHECK(quarter(6).status().code() == StatusCode::kInvalidArgument);
  CHECK(is_even(4).ok());
  CHECK(is_even(5).code() == StatusCode::kInvalidArgument);
}

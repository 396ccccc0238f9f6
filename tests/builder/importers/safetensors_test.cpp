// SPDX-License-Identifier: MIT
#include "importers/safetensors.h"

#include <cstring>
#include <memory>
#include <string>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/fake_checkpoint.h"
#include "doctest/doctest.h"

namespace {

using namespace bitdown::builder;
using namespace bitdown::tests;
using bitdown::StatusCode;

FakeCheckpoint some_tensors() {
  FakeCheckpoint checkpoint;
  checkpoint.add_floats("a/weight", {2, 2}, {1, 2, 3, 4});
  checkpoint.add_bytes("a/codes", {3}, {7, 8, 9});
  checkpoint.add_halves("empty", {0, 5}, {});
  checkpoint.leaves["k"] = std::int64_t{-3};
  checkpoint.leaves["flag"] = true;
  return checkpoint;
}

/// How a file fails, from memory that ends with it, so that ASan sees a read beyond.
Failure failure_of(const std::string& file) {
  const std::unique_ptr<std::byte[]> copy(new std::byte[file.size()]);
  std::memcpy(copy.get(), file.data(), file.size());
  return error_of([&] { read_safetensors({copy.get(), file.size()}); });
}

/// How a file of eight bytes of tensors fails.
Failure header_failure(const std::string& header) {
  return failure_of(safetensors_file(header, "12345678"));
}

void check(const Failure& failure, StatusCode code, std::string_view part) {
  CAPTURE(failure.message);
  CHECK(failure.code == code);
  CHECK(failure.says(part));
}

std::string tensor(const std::string& type, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + type + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

}  // namespace

TEST_CASE("tensors have their names, shapes and numbers, scalars too") {
  const std::string file = save_safetensors(some_tensors());
  REQUIRE(is_safetensors(as_bytes(file)));
  StateDict dict = read_safetensors(as_bytes(file));
  CHECK(dict.keys() == std::vector<std::string>{"a.codes", "a.weight", "empty", "flag", "k"});
  CHECK(dict.floats("a.weight", {2, 2}) == std::vector<float>{1, 2, 3, 4});
  CHECK(dict.codes("a.codes", {3}, 10) == std::vector<std::uint16_t>{7, 8, 9});
  CHECK(dict.floats("empty", {0, 5}).empty());
  CHECK(dict.integer("k") == -3);
  CHECK(dict.boolean("flag"));
}

TEST_CASE("the prefix of training scripts and padding behind the header do no harm") {
  const std::string header = R"({"module.b":)" + tensor("F32", "[1]", "[4,8]") + R"(,"module.a":)" +
                             tensor("I32", "[1]", "[0,4]") + "}    ";
  const std::string file = safetensors_file(header, {"\1\0\0\0\0\0\200?", 8});
  StateDict dict = read_safetensors(as_bytes(file));
  CHECK(dict.integer("a") == 1);
  CHECK(dict.floats("b", {1}) == std::vector<float>{1});
}

TEST_CASE("every truncation is refused") {
  const std::string file = save_safetensors(some_tensors());
  for (std::size_t length = 0; length < file.size(); ++length) {
    CAPTURE(length);
    CHECK(failure_of(file.substr(0, length)).code == StatusCode::kInvalidData);
  }
  check(failure_of(file + "x"), StatusCode::kInvalidData, "1 bytes after the last tensor");
}

TEST_CASE("every byte of the header may be any other") {
  const std::string file = save_safetensors(some_tensors());
  std::size_t refused = 0;
  std::size_t tried = 0;
  for (std::size_t at = 0; at < file.size() - 24; ++at) {
    for (int value = 0; value < 256; value += 5) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(value);
      refused += failure_of(damaged).code != StatusCode::kOk;
      ++tried;
    }
  }
  CHECK(refused > tried / 2);
}

TEST_CASE("the header must be an object of tensors") {
  check(header_failure("{"), StatusCode::kInvalidData, "not valid JSON");
  check(header_failure("{\"a\": 1e999}"), StatusCode::kInvalidData, "not valid JSON");
  check(header_failure("{\"\xff\": 1}"), StatusCode::kInvalidData, "not valid JSON");
  check(header_failure("[]"), StatusCode::kInvalidData, "not a JSON object");
  check(header_failure("{\"a\": 7}"), StatusCode::kInvalidData, "'a' is not a tensor");
  check(header_failure("{\"a\": {}}"), StatusCode::kInvalidData, "'a' has no dtype");
  check(header_failure(R"({"a":)" + tensor("F4", "[1]", "[0,4]") + "}"), StatusCode::kUnsupported,
        "'a' has dtype 'F4'");
  check(header_failure(R"({"a": [[[0]]]})"), StatusCode::kInvalidData, "nested too deep");
  check(header_failure(std::string(1u << 20, '[')), StatusCode::kInvalidData, "nested too deep");
  const std::string good = tensor("F64", "[1]", "[0,8]");
  check(header_failure(R"({"a":)" + good + R"(,"a":)" + good + "}"), StatusCode::kInvalidData,
        "key 'a' twice");
  check(header_failure(R"({"a":{"dtype":"F32","dtype":"F64"}})"), StatusCode::kInvalidData,
        "key 'dtype' twice");
  check(failure_of(std::string("\0\0\0\1\0\0\0\0{", 9)), StatusCode::kUnsupported, "8 MiB");
}

TEST_CASE("shapes and offsets must agree, whatever their size") {
  const auto fails = [](const std::string& shape, const std::string& offsets,
                        std::string_view part) {
    check(header_failure(R"({"a":)" + tensor("F32", shape, offsets) + "}"),
          StatusCode::kInvalidData, part);
  };
  const char* const kShape = "shape is not a list of up to 8 sizes";
  for (const char* shape :
       {"2", "[-2]", "[2.0]", "[\"2\"]", "[18446744073709551616]", "null", "[1,1,1,1,1,1,1,1,2]"}) {
    fails(shape, "[0,8]", kShape);
  }
  fails("[2]", "[0]", "no begin and end");
  fails("[2]", "[8,0]", "no begin and end");
  fails("[2]", "[0,9]", "truncated: 'a' ends at byte 9 of 8");
  fails("[2]", "[0,18446744073709551615]", "truncated");
  fails("[3]", "[0,8]", "has 8 bytes, which its shape does not take");
  fails("[4294967296,4294967296,2]", "[0,8]", "which its shape does not take");
  fails("[9223372036854775809]", "[0,8]", "which its shape does not take");
  fails("[1]", "[4,8]", "'a' begins at byte 4 instead of 0");
  fails("[1]", "[0,4]", "4 bytes after the last tensor");
}

TEST_CASE("tensors may neither overlap nor leave a gap") {
  const auto two = [](const std::string& first, const std::string& second) {
    return header_failure(R"({"a":)" + first + R"(,"b":)" + second + "}");
  };
  check(two(tensor("F32", "[2]", "[0,8]"), tensor("F32", "[1]", "[4,8]")), StatusCode::kInvalidData,
        "'b' begins at byte 4 instead of 8");
  check(two(tensor("U8", "[3]", "[0,3]"), tensor("F32", "[1]", "[4,8]")), StatusCode::kInvalidData,
        "'b' begins at byte 4 instead of 3");
  CHECK(two(tensor("F32", "[1]", "[4,8]"), tensor("F32", "[1]", "[0,4]")).code == StatusCode::kOk);
}

TEST_CASE("other formats are not taken for safetensors") {
  const FakeCheckpoint checkpoint = some_tensors();
  CHECK_FALSE(is_safetensors(as_bytes(save_legacy(checkpoint))));
  CHECK_FALSE(is_safetensors(as_bytes(save_zip(checkpoint))));
  CHECK_FALSE(is_safetensors(as_bytes("")));
  CHECK_FALSE(is_safetensors(as_bytes("12345678{")));
}

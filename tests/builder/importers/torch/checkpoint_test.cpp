// SPDX-License-Identifier: MIT
#include "importers/torch/checkpoint.h"

#include <cstring>
#include <memory>
#include <string>

#include "builder/importers/support/errors.h"
#include "builder/importers/support/fake_checkpoint.h"
#include "builder/importers/support/pickle_writer.h"
#include "doctest/doctest.h"

namespace {

using namespace bitdown::builder;
using bitdown::StatusCode;
using bitdown::tests::as_bytes;
using bitdown::tests::error_of;
using bitdown::tests::FakeCheckpoint;

FakeCheckpoint two_tensors() {
  FakeCheckpoint checkpoint;
  checkpoint.add_floats("a/weight", {2, 2}, {1, 2, 3, 4});
  checkpoint.add_bytes("a/codes", {3}, {7, 8, 9});
  return checkpoint;
}

bitdown::tests::Failure failure_of(const std::string& file) {
  return error_of([&] { torch::read_checkpoint(as_bytes(file)); });
}

/// Every prefix, in memory that ends with it, so that ASan sees a read beyond.
void check_truncations(const std::string& file) {
  for (std::size_t length = 0; length < file.size(); ++length) {
    CAPTURE(length);
    const std::unique_ptr<std::byte[]> copy(new std::byte[length]);
    std::memcpy(copy.get(), file.data(), length);
    const auto failure = error_of([&] { torch::read_checkpoint({copy.get(), length}); });
    CHECK(failure.code != StatusCode::kOk);
  }
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t place = text.find(what);
  REQUIRE(place != std::string::npos);
  return text.replace(place, what.size(), with);
}

}  // namespace

TEST_CASE("both containers hold the same storages") {
  for (const std::string& file : {save_legacy(two_tensors()), save_zip(two_tensors())}) {
    const torch::Checkpoint checkpoint = torch::read_checkpoint(as_bytes(file));
    REQUIRE(checkpoint.storages.size() == 2);
    CHECK(checkpoint.storages.at("a/weight").size() == 16);
    CHECK(checkpoint.storages.at("a/codes")[2] == std::byte{9});
  }
}

TEST_CASE("every truncation of both containers is refused") {
  check_truncations(save_legacy(two_tensors()));
  check_truncations(save_zip(two_tensors()));
}

TEST_CASE("what is no PyTorch checkpoint is called so") {
  CHECK(failure_of("").code == StatusCode::kUnsupported);
  CHECK(failure_of("file index wnid").says("not a PyTorch checkpoint"));
  CHECK(failure_of("\x80\x02N.").says("not one of torch.save"));
  const std::string other = bitdown::tests::write_archive({{"readme.txt", "hello"}});
  CHECK(failure_of(other).code == StatusCode::kUnsupported);
  CHECK(failure_of(other).says("without data.pkl"));
}

TEST_CASE("a legacy container must add up") {
  const std::string file = save_legacy(two_tensors());
  CHECK(failure_of(file + "x").says("1 bytes after the last storage"));
  const auto big_endian = failure_of(replaced(file, "little_endian\x88", "little_endian\x89"));
  CHECK(big_endian.code == StatusCode::kUnsupported);
  CHECK(failure_of(replaced(file, "little_endian", "middle_endian")).says("no little_endian"));
  CHECK(failure_of(replaced(file, std::string("M\xe9\x03"), "M\xe8\x03")).says("1001"));

  std::string wrong_count = file;
  wrong_count[file.size() - 24] = 5;  // Of the float storage: 8 bytes count, 16 bytes data.
  CHECK(failure_of(wrong_count).says("'a/weight' has 5 elements instead of 4"));

  const std::string both("X\x07\0\0\0a/codesX\x08\0\0\0a/weighte.", 27);
  const std::string one("X\x07\0\0\0a/codese.", 14);
  CHECK(failure_of(replaced(file, both, one)).says("a tensor without its storage"));
}

TEST_CASE("a zip container must be stored, undamaged and complete") {
  const std::string pickle = object_pickle(two_tensors());
  const std::string floats = two_tensors().storages["a/weight"].bytes;
  using Entries = std::vector<std::pair<std::string, std::string>>;
  const Entries entries = {
      {"n/data.pkl", pickle}, {"n/data/a/weight", floats}, {"n/data/a/codes", "\x07\x08\x09"}};
  const auto archive = [](const Entries& all) { return bitdown::tests::write_archive(all); };
  CHECK(failure_of(archive(entries)).code == StatusCode::kOk);
  CHECK(failure_of(archive({entries[0], entries[1]})).says("no 'n/data/a/codes'"));
  CHECK(failure_of(archive({entries[0], {entries[1].first, "short"}, entries[2]}))
            .says("'a/weight' has 5 bytes instead of 4 elements of 4"));

  Entries big_endian = entries;
  big_endian.emplace_back("n/byteorder", "big");
  CHECK(failure_of(archive(big_endian)).code == StatusCode::kUnsupported);
  big_endian.back().second = "little";
  CHECK(failure_of(archive(big_endian)).code == StatusCode::kOk);

  const std::string damaged = replaced(archive(entries), floats, std::string(16, 'x'));
  CHECK(failure_of(damaged).says("'n/data/a/weight' is damaged"));
  const Entries large = {{"n/data.pkl", pickle + std::string(9999, ' ')}};
  CHECK(failure_of(bitdown::tests::write_archive(large, true)).says("is compressed"));
  CHECK(failure_of(archive(large)).says("bytes after the pickle"));
}

TEST_CASE("two uses of one storage must agree on its size") {
  FakeCheckpoint checkpoint = two_tensors();
  std::string file = save_legacy(checkpoint);
  checkpoint.leaves["b"] = bitdown::tests::FakeTensor{"a/codes", {1}, {}, 0, false};
  const std::string twice = save_legacy(checkpoint);
  CHECK(failure_of(twice).code == StatusCode::kOk);
  // The element count is the eight bytes behind "cpu" and the opcode of an integer.
  const std::size_t second = twice.rfind("cpu\x8a\x08");
  std::string disagree = twice;
  disagree[second + 5] = 2;
  CHECK(failure_of(disagree).says("'a/codes' has two types or sizes"));
}

// SPDX-License-Identifier: MIT
#include "mapped_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "doctest/doctest.h"

using bitdown::MappedFile;
using bitdown::StatusCode;

namespace {

/// A folder of our own that disappears with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "bitdown-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name, const std::string& content) const {
    std::string path = path_ / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  std::string path(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

StatusCode open_code(const std::string& path) {
  return MappedFile::open(path.c_str()).status().code();
}

std::string content(const MappedFile& file) {
  const auto bytes = file.bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("a file is mapped whole and aligned") {
  const Folder folder;
  for (const std::size_t size : {1, 4095, 4096, 4097, 100'000}) {
    CAPTURE(size);
    const std::string text(size, 'b');
    const auto file = MappedFile::open(folder.file("data", text).c_str());
    REQUIRE(file.ok());
    CHECK(content(file.value()) == text);
    CHECK(reinterpret_cast<std::uintptr_t>(file->bytes().data()) % 64 == 0);
  }
}

TEST_CASE("what cannot be mapped is refused with the documented code") {
  const Folder folder;
  CHECK(open_code(folder.path("missing")) == StatusCode::kNotFound);
  CHECK(open_code(folder.path("")) == StatusCode::kIoError);  // A folder.
  CHECK(open_code(folder.file("file", "x") + "/below") == StatusCode::kIoError);
  CHECK(open_code(folder.file("empty", "")) == StatusCode::kInvalidData);
  CHECK(open_code("") == StatusCode::kNotFound);
}

TEST_CASE("a FIFO without a writer is refused instead of waited for") {
  const Folder folder;
  const std::string path = folder.path("fifo");
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  CHECK(open_code(path) == StatusCode::kIoError);
}

TEST_CASE("a file without read permission is refused") {
  const Folder folder;
  const std::string path = folder.file("secret", "x");
  REQUIRE(::chmod(folder.path("").c_str(), 0755) == 0);
  REQUIRE(::chmod(path.c_str(), 0) == 0);
  // The superuser may read everything, so look with other eyes.
  constexpr uid_t kNobody = 65534;
  const bool superuser = ::geteuid() == 0;
  if (superuser) REQUIRE(::seteuid(kNobody) == 0);
  const StatusCode code = open_code(path);
  if (superuser) REQUIRE(::seteuid(0) == 0);
  CHECK(code == StatusCode::kIoError);
}

TEST_CASE("a mapping moves and outlives its file's name") {
  const Folder folder;
  const std::string path = folder.file("data", "first");
  auto first = MappedFile::open(path.c_str());
  REQUIRE(first.ok());
  REQUIRE(std::filesystem::remove(path));

  MappedFile moved = std::move(first).value();
  CHECK(content(moved) == "first");
  auto second = MappedFile::open(folder.file("other", "second").c_str());
  REQUIRE(second.ok());
  moved = std::move(second).value();
  CHECK(content(moved) == "second");
  CHECK(MappedFile().bytes().empty());
}

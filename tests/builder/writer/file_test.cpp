// SPDX-License-Identifier: MIT
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "doctest/doctest.h"
#include "error.h"
#include "writer/writer.h"

namespace bitdown::tests {
namespace {

namespace fs = std::filesystem;

/// A folder of its own that goes away with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (fs::temp_directory_path() / "bitdown-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~TemporaryFolder() { fs::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  fs::path operator/(const char* name) const { return path_ / name; }
  const fs::path& path() const { return path_; }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

std::vector<std::byte> bytes_of(std::size_t size, int value) {
  return std::vector<std::byte>(size, static_cast<std::byte>(value));
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string refusal(const fs::path& path, std::size_t size = 10) {
  try {
    builder::write_file(path, bytes_of(size, 'n'));
  } catch (const builder::Error& error) {
    CHECK(error.code() == StatusCode::kIoError);
    return error.what();
  }
  return "written";
}

TEST_CASE("a file is created with ordinary permissions, then replaced") {
  const TemporaryFolder folder;
  const fs::path path = folder / "model.bdn";
  const mode_t mask = ::umask(022);
  builder::write_file(path, bytes_of(5, 'a'));
  ::umask(mask);
  CHECK(read(path) == "aaaaa");
  CHECK((fs::status(path).permissions() & fs::perms::mask) == fs::perms(0644));
  builder::write_file(path, bytes_of(2, 'b'));
  CHECK(read(path) == "bb");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a link is followed, not replaced") {
  const TemporaryFolder folder;
  builder::write_file(folder / "model.bdn", bytes_of(5, 'a'));
  fs::create_symlink("model.bdn", folder / "link.bdn");
  builder::write_file(folder / "link.bdn", bytes_of(2, 'b'));
  CHECK(fs::is_symlink(folder / "link.bdn"));
  CHECK(read(folder / "model.bdn") == "bb");
  CHECK(folder.entries() == 2);
}

TEST_CASE("a link to no file yet is written through, one in a circle is refused") {
  const TemporaryFolder folder;
  fs::create_symlink("second.bdn", folder / "first.bdn");
  fs::create_symlink(folder / "model.bdn", folder / "second.bdn");
  builder::write_file(folder / "first.bdn", bytes_of(2, 'b'));
  CHECK(fs::is_symlink(folder / "first.bdn"));
  CHECK(fs::is_symlink(folder / "second.bdn"));
  CHECK(read(folder / "model.bdn") == "bb");
  fs::create_symlink("circle.bdn", folder / "circle.bdn");
  CHECK(refusal(folder / "circle.bdn").ends_with(": Too many levels of symbolic links"));
  CHECK(folder.entries() == 4);
}

TEST_CASE("a name may be as long as the file system takes") {
  const TemporaryFolder folder;
  const std::string name(255, 'n');
  builder::write_file(folder / name.c_str(), bytes_of(2, 'b'));
  CHECK(read(folder / name.c_str()) == "bb");
}

TEST_CASE("a missing folder is named") {
  const TemporaryFolder folder;
  const fs::path path = folder / "absent/model.bdn";
  CHECK(refusal(path) == "cannot write " + path.string() + ": No such file or directory");
  CHECK(folder.entries() == 0);
}

TEST_CASE("what cannot be written is known before, what can is left as it was") {
  const TemporaryFolder folder;
  builder::write_file(folder / "model.bdn", bytes_of(5, 'a'));
  builder::check_writable(folder / "model.bdn");
  builder::check_writable(folder / "other.bdn");
  CHECK(read(folder / "model.bdn") == "aaaaa");
  CHECK(folder.entries() == 1);
  for (const fs::path& path : {folder / "absent/model.bdn", folder.path()}) {
    CHECK_THROWS_AS(builder::check_writable(path), builder::Error);
  }
}

TEST_CASE("folders and devices are not replaced") {
  const TemporaryFolder folder;
  CHECK(refusal(folder.path()) == "cannot write " + folder.path().string() + ": Is a directory");
  CHECK(refusal("/dev/null") == "cannot write /dev/null: not a regular file");
  CHECK(fs::is_character_file("/dev/null"));
}

/// Permissions do not bind root: act as nobody meanwhile.
class WithoutRoot {
 public:
  WithoutRoot() : user_(::geteuid()) {
    if (user_ == 0) REQUIRE(::seteuid(65534) == 0);
  }
  ~WithoutRoot() { restored_ = ::seteuid(user_); }
  WithoutRoot(const WithoutRoot&) = delete;
  WithoutRoot& operator=(const WithoutRoot&) = delete;

 private:
  uid_t user_;
  int restored_ = 0;
};

TEST_CASE("a read-only folder refuses and keeps its file") {
  const TemporaryFolder folder;
  const fs::path path = folder / "model.bdn";
  builder::write_file(path, bytes_of(5, 'a'));
  fs::permissions(folder.path(), fs::perms(0555));
  std::string message;
  {
    const WithoutRoot nobody;
    message = refusal(path);
  }
  fs::permissions(folder.path(), fs::perms(0755));
  CHECK(message == "cannot write " + path.string() + ": Permission denied");
  CHECK(read(path) == "aaaaa");
  CHECK(folder.entries() == 1);
}

/// Makes write() fail beyond `bytes`, as on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_ = {};
  void (*handler_)(int);
};

TEST_CASE("a write that fails half way leaves the target and no temporary file") {
  const TemporaryFolder folder;
  const fs::path path = folder / "model.bdn";
  builder::write_file(path, bytes_of(5, 'a'));
  std::string message;
  {
    const FileSizeLimit limit(4096);
    message = refusal(path, 10000);
  }
  CHECK(message == "cannot write " + path.string() + ": File too large");
  CHECK(read(path) == "aaaaa");
  CHECK(folder.entries() == 1);
}

void remove_and_end(int) {
  builder::remove_unfinished_file();
  ::_exit(42);
}

TEST_CASE("a signal in the middle of a write leaves the target and no temporary file") {
  const TemporaryFolder folder;
  const fs::path path = folder / "model.bdn";
  builder::write_file(path, bytes_of(5, 'a'));
  builder::remove_unfinished_file();  // None: the finished one stays.
  const pid_t child = ::fork();
  if (child == 0) {
    const FileSizeLimit limit(4096);
    ::signal(SIGXFSZ, remove_and_end);
    builder::write_file(path, bytes_of(10000, 'n'));
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
  CHECK(read(path) == "aaaaa");
  CHECK(folder.entries() == 1);
}

}  // namespace
}  // namespace bitdown::tests

// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <string>
#include <system_error>

#include "error.h"
#include "writer/writer.h"

namespace bitdown::builder {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, int error) {
  throw Error(StatusCode::kIoError,
              "cannot write " + path.string() + ": " + std::generic_category().message(error));
}

// The path of the temporary file, in memory that a signal handler may read. Set before the file
// exists, so that there is no moment at which nobody would remove it.
char unfinished_path[PATH_MAX];
std::atomic<bool> unfinished = false;

void remember_unfinished(const std::string& path) {
  unfinished = false;
  if (path.size() >= sizeof unfinished_path) return;  // No system call will take it either.
  std::memcpy(unfinished_path, path.c_str(), path.size() + 1);
  unfinished = true;
}

/// A new file beside its target that disappears unless it is renamed. Its name is short, because
/// that of the target may be as long as names can be.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target) : target_(target) {
    const std::string name = ".bitdown-" + std::to_string(::getpid()) + "-";
    do {
      path_ = (target.parent_path() / (name + std::to_string(attempt_++))).string();
      remember_unfinished(path_);
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);
    if (descriptor_ < 0) {
      unfinished = false;
      fail(target_, errno);
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!renamed_) ::unlink(path_.c_str());
    unfinished = false;
  }

  void write(const std::vector<std::byte>& bytes) {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t count = ::write(descriptor_, bytes.data() + done, bytes.size() - done);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail(target_, errno);
      done += static_cast<std::size_t>(count);
    }
  }

  void replace_target() {
    if (::fsync(descriptor_) != 0) fail(target_, errno);
    const int descriptor = descriptor_;
    descriptor_ = -1;
    if (::close(descriptor) != 0) fail(target_, errno);
    if (::rename(path_.c_str(), target_.c_str()) != 0) fail(target_, errno);
    renamed_ = true;
  }

 private:
  fs::path target_;
  std::string path_;
  unsigned attempt_ = 0;
  int descriptor_ = -1;
  bool renamed_ = false;
};

constexpr int kMaxLinks = 40;  // As Linux follows.

/// Where a link that leads to no file yet points.
fs::path follow_links(const fs::path& path) {
  fs::path target = path;
  std::error_code error;
  for (int i = 0; fs::is_symlink(fs::symlink_status(target, error)); ++i) {
    if (i == kMaxLinks) fail(path, ELOOP);
    target = target.parent_path() / fs::read_symlink(target, error);
  }
  return target;
}

/// The file to replace: the end of a chain of links. A device or pipe is refused, because rename
/// would put a file in its place.
fs::path resolve_target(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (!fs::exists(status)) return follow_links(path);
  if (fs::is_directory(status)) fail(path, EISDIR);
  if (!fs::is_regular_file(status)) {
    throw Error(StatusCode::kIoError, "cannot write " + path.string() + ": not a regular file");
  }
  const fs::path target = fs::canonical(path, ignored);
  return ignored ? path : target;
}

}  // namespace

void remove_unfinished_file() noexcept {
  if (unfinished) ::unlink(unfinished_path);
}

void check_writable(const std::filesystem::path& path) {
  const TemporaryFile file(resolve_target(path));
}

void write_file(const std::filesystem::path& path, const std::vector<std::byte>& bytes) {
  TemporaryFile file(resolve_target(path));
  file.write(bytes);
  file.replace_target();
}

}  // namespace bitdown::builder

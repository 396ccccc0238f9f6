// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
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

/// A new file beside its target that disappears unless it is renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const fs::path& target) : target_(target) {
    const std::string stem = target.string() + ".tmp-" + std::to_string(::getpid()) + "-";
    do {
      path_ = stem + std::to_string(attempt_++);
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);
    if (descriptor_ < 0) fail(target_, errno);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  ~TemporaryFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!renamed_) ::unlink(path_.c_str());
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

/// The file to replace: the end of a chain of links. A device or pipe is refused, because rename
/// would put a file in its place.
fs::path resolve_target(const fs::path& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (!fs::exists(status)) return path;
  if (fs::is_directory(status)) fail(path, EISDIR);
  if (!fs::is_regular_file(status)) {
    throw Error(StatusCode::kIoError, "cannot write " + path.string() + ": not a regular file");
  }
  const fs::path target = fs::canonical(path, ignored);
  return ignored ? path : target;
}

}  // namespace

void write_file(const std::filesystem::path& path, const std::vector<std::byte>& bytes) {
  TemporaryFile file(resolve_target(path));
  file.write(bytes);
  file.replace_target();
}

}  // namespace bitdown::builder

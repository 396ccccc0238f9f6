// SPDX-License-Identifier: MIT
#include "mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace bitdown {
namespace {

Result<MappedFile> fail(int descriptor, StatusCode code, const char* message) {
  if (descriptor >= 0) ::close(descriptor);
  return Status(code, message);
}

}  // namespace

Result<MappedFile> MappedFile::open(const char* path) {
  // O_NONBLOCK: opening a FIFO must not hang before fstat can reject it.
  const int descriptor = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    if (errno == ENOENT) return fail(-1, StatusCode::kNotFound, "no such file");
    if (errno == EACCES) return fail(-1, StatusCode::kIoError, "permission denied");
    return Status(StatusCode::kIoError, "cannot open", std::strerror(errno));
  }
  struct stat info = {};
  if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(descriptor, StatusCode::kIoError, "not a regular file");
  }
  if (info.st_size == 0) return fail(descriptor, StatusCode::kInvalidData, "the file is empty");
  const auto size = static_cast<std::size_t>(info.st_size);
  if (static_cast<std::uint64_t>(info.st_size) != size) {
    return fail(descriptor, StatusCode::kUnsupported, "the file exceeds the address space");
  }
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (data == MAP_FAILED) return fail(descriptor, StatusCode::kIoError, "cannot map the file");
  ::close(descriptor);
  MappedFile file;
  file.data_ = static_cast<const std::byte*>(data);
  file.size_ = size;
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace bitdown

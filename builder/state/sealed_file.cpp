// SPDX-License-Identifier: MIT
#include "state/sealed_file.h"

#include <string_view>
#include <system_error>
#include <utility>

#include "error.h"
#include "importers/sha256.h"
#include "platforms/mapped_file.h"
#include "writer/writer.h"

namespace bitdown::builder {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kKind = "bitdown partial ";  // Of all versions.
constexpr std::size_t kDigestSize = 64;

std::string header(const std::string& fingerprint) {
  return std::string(kKind) + "2\n" + fingerprint + "\n";
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Empty when there is no file.
MappedFile open_own(const fs::path& file) {
  std::error_code missing;
  if (!fs::exists(file, missing)) return {};
  Result<MappedFile> mapped = MappedFile::open(file.c_str());
  if (!mapped.ok() || !text_of(mapped->bytes()).starts_with(kKind)) {
    throw Error(StatusCode::kIoError,
                file.string() + ": is there, and is no unfinished work of bitdown's");
  }
  return std::move(mapped).value();
}

}  // namespace

void refuse_foreign(const fs::path& file) {
  open_own(file);
}

void write_sealed(const fs::path& file, const std::string& fingerprint,
                  std::span<const std::byte> work) {
  refuse_foreign(file);
  const std::string begin = header(fingerprint);
  const std::span<const std::byte> first = std::as_bytes(std::span(begin));
  std::vector<std::byte> bytes(first.begin(), first.end());
  bytes.insert(bytes.end(), work.begin(), work.end());
  const std::string digest = sha256(bytes);
  const std::span<const std::byte> last = std::as_bytes(std::span(digest));
  bytes.insert(bytes.end(), last.begin(), last.end());
  write_file(file, bytes);
}

std::optional<std::vector<std::byte>> read_sealed(const fs::path& file,
                                                  const std::string& fingerprint) {
  const MappedFile mapped = open_own(file);
  const std::span<const std::byte> bytes = mapped.bytes();
  const std::string begin = header(fingerprint);
  if (bytes.size() < begin.size() + kDigestSize || !text_of(bytes).starts_with(begin)) {
    return std::nullopt;
  }
  const std::span<const std::byte> sealed = bytes.first(bytes.size() - kDigestSize);
  if (sha256(sealed) != text_of(bytes.last(kDigestSize))) return std::nullopt;
  const std::span<const std::byte> work = sealed.subspan(begin.size());
  return std::vector<std::byte>(work.begin(), work.end());
}

}  // namespace bitdown::builder

// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace bitdown::tests {

/// A new empty folder that disappears with its content.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  /// Of a file inside, which need not exist.
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

  /// Writes a file inside and returns its path.
  std::string write(std::string_view name, std::string_view content) const;

  std::size_t file_count() const;

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);

}  // namespace bitdown::tests

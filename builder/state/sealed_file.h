// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Files that keep unfinished work, so that an interrupted run can go on: "bitdown partial 2\n",
/// the fingerprint of what the work belongs to, "\n", the work's bytes, then the SHA-256 of all
/// before it as 64 digits.
namespace bitdown::builder {

/// Throws Error(kIoError), which names `file`, when what is there is not such a file, in whatever
/// condition: nobody may replace or remove it.
void refuse_foreign(const std::filesystem::path& file);

/// Writes all or nothing. Throws Error(kIoError), also where refuse_foreign does.
void write_sealed(const std::filesystem::path& file, const std::string& fingerprint,
                  std::span<const std::byte> work);

/// The work's bytes; none when there is no file, when it belongs to something else or when it is
/// damaged: then the work begins anew. Throws where refuse_foreign does.
std::optional<std::vector<std::byte>> read_sealed(const std::filesystem::path& file,
                                                  const std::string& fingerprint);

}  // namespace bitdown::builder

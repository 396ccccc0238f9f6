// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace bitdown::apps {

/// Throws Failure(kUsage) when `output` is the same file as `input`, whatever the names.
void refuse_to_overwrite(const std::filesystem::path& input, const std::filesystem::path& output);

/// The same for each of `inputs`.
void refuse_to_overwrite_any(const std::vector<std::filesystem::path>& inputs,
                             const std::filesystem::path& output);

/// builder::write_file (all or nothing); throws Failure(kOutput) when that is refused.
void write_output(const std::filesystem::path& path, const std::vector<std::byte>& bytes);

}  // namespace bitdown::apps

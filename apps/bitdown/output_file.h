// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace bitdown::apps {

/// Before the work whose result `output` will be. Throws Failure: kUsage when it is the same file
/// as one of `inputs`, whatever the names; kOutput when write_output would be refused. An empty
/// path is no output.
void check_output(const std::filesystem::path& output,
                  const std::vector<std::filesystem::path>& inputs);

/// The same for OUTPUT.partial and its like: throws Failure(kOutput) where something else than
/// unfinished work is in its place.
void check_partial(const std::filesystem::path& file);

/// builder::write_file (all or nothing); throws Failure(kOutput) when that is refused.
void write_output(const std::filesystem::path& path, const std::vector<std::byte>& bytes);

}  // namespace bitdown::apps

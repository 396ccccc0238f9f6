// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

namespace bitdown::apps {

/// A photograph as a small JPEG file in base64, or nothing when it cannot be read.
std::string thumbnail(const std::filesystem::path& photo);

}  // namespace bitdown::apps

// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "bitdown/build_result.h"

namespace bitdown::apps {

/// The page of write_report(): no scripts, nothing from the network. Pictures are small JPEG files
/// inside; one that cannot be read again is left out.
std::string html_report(const std::vector<BuildResult>& results);

}  // namespace bitdown::apps

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace bitdown::apps {

/// Objects keep the order in which their keys are written.
using Json = nlohmann::ordered_json;

/// Prints `json` on one line of stdout. Names that are not UTF-8 get replacement characters.
inline void print_line(const Json& json) {
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace bitdown::apps

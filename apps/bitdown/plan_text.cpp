// SPDX-License-Identifier: MIT
#include "bitdown/plan_text.h"

namespace bitdown::apps {
namespace {

// "for model HASH ": what sections of one model have in common.
std::string_view same_model(const PlanKey& key) {
  return key.line().substr(0, key.line().find(" isa ") + 1);
}

// The sections of the key's model but that of the key itself.
std::string other_sections(std::string_view old, const PlanKey& key) {
  std::string kept;
  bool keep = false;
  for (std::string_view rest = old; !rest.empty();) {
    const std::size_t end = rest.find('\n') + 1;
    const std::string_view line = rest.substr(0, end);
    if (line.starts_with("for ")) {
      keep = line.starts_with(same_model(key)) && line.substr(0, end - 1) != key.line();
    }
    if (keep) kept += line;
    rest.remove_prefix(end);
  }
  return kept;
}

// As far as a file can be without a section for this key.
bool is_sound(std::string_view text) {
  return text.starts_with(kPlanVersion) && check_plan(text).ok();
}

}  // namespace

std::string plan_text(std::string_view old, const PlanKey& key, std::span<const LayerTimes> times) {
  std::string text = std::string(kPlanVersion) + "\n";
  if (is_sound(old)) text += other_sections(old, key);
  text += std::string(key.line()) + "\n";
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i].decode == 0) continue;
    text += std::to_string(i) + " " + std::to_string(times[i].decode) + " " +
            std::to_string(times[i].table) + " " + std::to_string(times[i].expanded) + " " +
            std::to_string(times[i].winograd) + "\n";
  }
  return text;
}

}  // namespace bitdown::apps

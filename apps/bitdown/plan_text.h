// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "bitdown/plan.h"
#include "core/plan_file.h"

namespace bitdown::apps {

/// The text of a plan file (runtime/core/plan_file.h) with the section of `key`: one line for each
/// operator whose time is known. `old` is the file's text before, or empty; its other sections of
/// the same model stay, unless it is damaged or of another version.
std::string plan_text(std::string_view old, const PlanKey& key, std::span<const LayerTimes> times);

}  // namespace bitdown::apps

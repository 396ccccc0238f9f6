// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "bitdown/plan.h"
#include "bitdown/session.h"

namespace bitdown::apps {

/// An algorithm of a layer with codes, as command lines and tables name it.
struct AlgorithmName {
  const char* name;
  Algorithm algorithm;
  std::uint64_t LayerTimes::*time;
  bool fast;   ///< Runs in int8.
  bool exact;  ///< Runs in float32.

  bool runs_in(Precision precision) const { return precision == Precision::kFast ? fast : exact; }
};

inline constexpr AlgorithmName kAlgorithmNames[] = {
    {"decode", Algorithm::kDecode, &LayerTimes::decode, true, true},
    {"table", Algorithm::kTable, &LayerTimes::table, true, false},
    {"expanded", Algorithm::kExpanded, &LayerTimes::expanded, true, false},
    {"winograd", Algorithm::kWinograd, &LayerTimes::winograd, false, true},
};

/// The entry of that name; null: none.
constexpr const AlgorithmName* find_algorithm(std::string_view name) {
  for (const AlgorithmName& entry : kAlgorithmNames) {
    if (name == entry.name) return &entry;
  }
  return nullptr;
}

/// Its name; `none` for kDefault.
constexpr const char* algorithm_name(Algorithm algorithm, const char* none) {
  for (const AlgorithmName& entry : kAlgorithmNames) {
    if (algorithm == entry.algorithm) return entry.name;
  }
  return none;
}

}  // namespace bitdown::apps

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace bitdown::apps {

/// Writes the indices of the largest scores into `best`, largest first, equal scores in the order
/// of their index. NaN is never among them. Returns how many were written: best.size(), or fewer
/// when there are fewer scores.
inline std::size_t top_k(std::span<const float> scores, std::span<std::uint32_t> best) {
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < scores.size(); ++i) {
    if (scores[i] != scores[i]) continue;
    std::size_t place = count;
    while (place > 0 && scores[i] > scores[best[place - 1]]) --place;
    if (place == best.size()) continue;
    if (count < best.size()) ++count;
    for (std::size_t k = count - 1; k > place; --k) best[k] = best[k - 1];
    best[place] = i;
  }
  return count;
}

}  // namespace bitdown::apps

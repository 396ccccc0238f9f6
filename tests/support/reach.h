// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace bitdown::tests {

/// kernels/weights/reach.h from the list of quads.
inline float reach_reference(const std::vector<float>& codeword) {
  using Quad = std::vector<std::uint32_t>;
  std::vector<Quad> quads;
  if (codeword.size() == 8) quads = {{0, 1, 4, 5}, {2, 3, 6, 7}};
  if (codeword.size() == 18) {
    quads = {{0, 1, 4, 5}, {2, 3, 6, 7}, {8, 9, 12, 13},   {10, 11, 14, 15},  // Begins with a word.
             {2, 3, 6, 7}, {4, 5, 8, 9}, {10, 11, 14, 15}, {12, 13, 16, 17}};  // In its middle.
  }
  if (quads.empty()) {
    for (std::uint32_t e = 0; e < codeword.size(); ++e) quads.push_back({e});
  }
  float reach = 0.0f;
  for (const Quad& quad : quads) {
    float positive = 0.0f;
    float negative = 0.0f;
    for (const std::uint32_t e : quad) (codeword[e] > 0 ? positive : negative) += codeword[e];
    reach = std::max({reach, positive, -negative});
  }
  return reach;
}

/// The most of that on an integer grid, before rounding.
inline float largest_reach(std::size_t d) {
  return d == 8 || d == 18 ? 123.9f : 127.0f;
}

}  // namespace bitdown::tests

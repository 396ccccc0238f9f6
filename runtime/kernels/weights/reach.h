// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

/// How far a codeword goes on an integer grid, so that no kernel's sum of products overflows.
///
/// Kernels may add up, in 16 bits, the products of unsigned 8-bit activations with four weights
/// ("a quad"): where words of four numbers are multiplied two at a time, numbers 0, 1, 4, 5 of the
/// two words meet in one lane, and 2, 3, 6, 7 in another. 255 * 127 < 2^15, so the positive weights
/// of a quad may add up to 127, and so may the negative ones.
namespace bitdown::kernels {

/// Whether words of this codeword are multiplied two at a time: d of large blocks.
constexpr bool chains_words(std::uint32_t d) {
  return d == 8 || d == 18;
}

/// The most that positive or negative weights of the quad that begins with `first` add up to.
inline float reach_of_quad(const float* first) {
  float positive = 0.0f;
  float negative = 0.0f;
  for (const std::uint32_t i : {0u, 1u, 4u, 5u}) {
    positive += std::max(first[i], 0.0f);
    negative -= std::min(first[i], 0.0f);
  }
  return std::max(positive, negative);
}

/// That of all quads of a codeword; where there are none, the largest |weight|. A codeword of 18
/// begins with a word or in the middle of one, by turns, so it has two kinds of quads; the word
/// that ends in the next one is multiplied alone.
inline float reach_of(const float* codeword, std::uint32_t d) {
  float reach = 0.0f;
  if (chains_words(d)) {
    for (std::uint32_t begin = 0; begin <= d % 8; begin += 2) {
      for (std::uint32_t words = begin; words + 8 <= d; words += 8) {
        reach =
            std::max({reach, reach_of_quad(codeword + words), reach_of_quad(codeword + words + 2)});
      }
    }
  } else {
    for (std::uint32_t e = 0; e < d; ++e) reach = std::max(reach, std::fabs(codeword[e]));
  }
  return reach;
}

/// What it may be before rounding (rounding.h) takes each number to one of its two neighbours:
/// four positive ones gain less than 4 together, and an integer below 128 is at most 127.
constexpr float largest_reach(std::uint32_t d) {
  return chains_words(d) ? 123.9f : 127.0f;
}

}  // namespace bitdown::kernels

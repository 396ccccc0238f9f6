// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "bitdown/image.h"

namespace bitdown::tests {

/// An RGB picture that owns its pixels.
struct Picture {
  std::uint32_t width;
  std::uint32_t height;
  std::vector<std::uint8_t> pixels;

  ImageView view() const { return {pixels.data(), width, height, std::size_t{3} * width}; }
};

/// pixel(x, y, c) = (37 x + 91 y + 53 c + 7 x y) mod 256: what the golden vectors were made from.
inline Picture formula_picture(std::uint32_t width, std::uint32_t height) {
  Picture picture{width, height, {}};
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      for (std::uint32_t c = 0; c < 3; ++c) {
        picture.pixels.push_back(static_cast<std::uint8_t>(37 * x + 91 * y + 53 * c + 7 * x * y));
      }
    }
  }
  return picture;
}

/// Preprocessing whose outputs are pixel / 255, so that pixels can be read back.
inline Preprocessing plain(std::uint32_t shorter, std::uint32_t crop_height,
                           std::uint32_t crop_width) {
  return {shorter, crop_height, crop_width, {0, 0, 0}, {1, 1, 1}};
}

inline std::vector<int> to_levels(const std::vector<float>& values) {
  std::vector<int> levels;
  for (const float value : values) levels.push_back(static_cast<int>(std::lround(value * 255)));
  return levels;
}

}  // namespace bitdown::tests

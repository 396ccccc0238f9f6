// SPDX-License-Identifier: MIT
#pragma once

#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

namespace bitdown::apps {

/// A class with its bar.
struct CardEntry {
  std::string name;
  double probability = 0;
};

inline constexpr int kCardWidth = 340;
inline constexpr int kCardHeight = 428;
inline constexpr std::size_t kCardEntries = 3;

/// A photograph (8-bit RGB, not empty), its file name and up to kCardEntries classes with bars,
/// most probable first, as a picture of kCardHeight x kCardWidth in RGB.
cv::Mat draw_card(const cv::Mat& photo, const std::string& file,
                  const std::vector<CardEntry>& entries);

}  // namespace bitdown::apps

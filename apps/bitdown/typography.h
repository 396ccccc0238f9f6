// SPDX-License-Identifier: MIT
#pragma once

#include <opencv2/core/mat.hpp>
#include <string>

namespace bitdown::apps {

/// How to write: OpenCV's single-stroke sans serif, the one font that its core modules bring.
struct Typeface {
  double cap_height = 12;  ///< Pixels.
  int stroke = 1;          ///< Pixels.
  cv::Scalar colour;       ///< In the channel order of the canvas.
};

/// Pixels from the left to the right end of `text` on one line.
int text_width(const std::string& text, const Typeface& face);

/// Writes `text`, shortened with "..." to `max_width` pixels. `at` is the left end of the baseline.
/// The font is ASCII: every other character, of however many UTF-8 bytes, becomes one '?'.
void write_text(cv::Mat& canvas, const std::string& text, cv::Point at, const Typeface& face,
                int max_width);

}  // namespace bitdown::apps

// SPDX-License-Identifier: MIT
#include "bitdown/typography.h"

#include <opencv2/imgproc.hpp>

namespace bitdown::apps {
namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;

double scale_of(const Typeface& face) {
  return cv::getFontScaleFromHeight(kFont, static_cast<int>(face.cap_height), face.stroke);
}

std::string to_ascii(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xc0) == 0x80;
    if (byte >= 0x20 && byte < 0x7f) {
      result += c;
    } else if (!continues) {
      result += '?';
    }
  }
  return result;
}

std::string shorten(std::string text, const Typeface& face, int max_width) {
  if (text_width(text, face) <= max_width) return text;
  while (!text.empty() && text_width(text + "...", face) > max_width) text.pop_back();
  while (text.ends_with(' ')) text.pop_back();
  return text + "...";
}

}  // namespace

int text_width(const std::string& text, const Typeface& face) {
  int below_baseline = 0;
  return cv::getTextSize(to_ascii(text), kFont, scale_of(face), face.stroke, &below_baseline).width;
}

void write_text(cv::Mat& canvas, const std::string& text, cv::Point at, const Typeface& face,
                int max_width) {
  cv::putText(canvas, shorten(to_ascii(text), face, max_width), at, kFont, scale_of(face),
              face.colour, face.stroke, cv::LINE_AA);
}

}  // namespace bitdown::apps

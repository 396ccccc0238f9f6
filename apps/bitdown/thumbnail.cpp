// SPDX-License-Identifier: MIT
#include "bitdown/thumbnail.h"

#include <algorithm>
#include <cstdint>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "bitdown/failure.h"
#include "bitdown/photo.h"

namespace bitdown::apps {
namespace {

constexpr double kShorterSide = 172;

std::string base64(const std::vector<unsigned char>& bytes) {
  constexpr const char* kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      word = word << 8 | (i + j < bytes.size() ? bytes[i + j] : 0u);
    }
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const bool padding = i + digit > bytes.size();
      text += padding ? '=' : kDigits[word >> (18 - 6 * digit) & 63];
    }
  }
  return text;
}

}  // namespace

std::string thumbnail(const std::filesystem::path& photo) {
  cv::Mat picture;
  try {
    picture = read_photo(photo);
  } catch (const Failure&) {
    return {};
  }
  const double scale = kShorterSide / std::min(picture.rows, picture.cols);
  cv::resize(picture, picture, {}, scale, scale, scale < 1 ? cv::INTER_AREA : cv::INTER_NEAREST);
  cv::cvtColor(picture, picture, cv::COLOR_RGB2BGR);
  std::vector<unsigned char> encoded;
  cv::imencode(".jpg", picture, encoded, {cv::IMWRITE_JPEG_QUALITY, 80});
  return base64(encoded);
}

}  // namespace bitdown::apps

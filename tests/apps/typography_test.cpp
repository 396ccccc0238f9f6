// SPDX-License-Identifier: MIT
#include "bitdown/typography.h"

#include "doctest/doctest.h"

namespace bitdown::apps {
namespace {

// The columns of a white canvas that `text` touches, as first and last.
std::pair<int, int> extent(const std::string& text, int max_width) {
  cv::Mat canvas(60, 600, CV_8UC3, cv::Scalar(255, 255, 255));
  write_text(canvas, text, {100, 40}, {14, 1, cv::Scalar(0, 0, 0)}, max_width);
  int first = canvas.cols;
  int last = -1;
  for (int y = 0; y < canvas.rows; ++y) {
    for (int x = 0; x < canvas.cols; ++x) {
      if (canvas.ptr<std::uint8_t>(y)[3 * x] == 255) continue;
      first = std::min(first, x);
      last = std::max(last, x);
    }
  }
  return {first, last};
}

TEST_CASE("long names are shortened to the room they have") {
  const std::string name = "black-and-tan coonhound, a dog with a long name";
  const auto [first, last] = extent(name, 150);
  CHECK(first >= 99);
  CHECK(last <= 251);
  CHECK(last > 200);
  CHECK(extent(name, 400).second > 251);
  CHECK(extent("pug", 150) == extent("pug", 400));
}

TEST_CASE("a letter that the font lacks is one question mark") {
  CHECK(extent("Gl\xc3\xbch", 400) == extent("Gl?h", 400));
  CHECK(extent("\xe7\x8b\x97", 400) == extent("?", 400));
  CHECK(text_width("Gl\xc3\xbch", {14, 1, {}}) == text_width("Gl?h", {14, 1, {}}));
}

}  // namespace
}  // namespace bitdown::apps

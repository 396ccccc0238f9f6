// SPDX-License-Identifier: MIT
#include "bitdown/card.h"

#include <algorithm>
#include <cstdio>
#include <opencv2/imgproc.hpp>

#include "bitdown/typography.h"

namespace bitdown::apps {
namespace {

// Cards are drawn larger and scaled down, which smooths the font's single strokes.
constexpr int kZoom = 3;
constexpr int kWidth = kCardWidth * kZoom;
constexpr int kHeight = kCardHeight * kZoom;
constexpr int kMargin = 14 * kZoom;
constexpr int kPhotoHeight = 255 * kZoom;
constexpr int kFileBaseline = kPhotoHeight + 24 * kZoom;
constexpr int kFirstEntry = kPhotoHeight + 54 * kZoom;
constexpr int kEntryHeight = 41 * kZoom;
constexpr int kBarOffset = 9 * kZoom;  // Below the baseline of the name.
constexpr int kBarHeight = 7 * kZoom;

const cv::Scalar kPaper(255, 255, 255);
const cv::Scalar kGrey(140, 146, 156);
const cv::Scalar kInk(28, 33, 43);
const cv::Scalar kTrack(232, 235, 240);
const cv::Scalar kFirstBar(33, 111, 219);
const cv::Scalar kOtherBar(160, 190, 230);

// The middle of the photograph, scaled to cover `size`.
cv::Mat cover(const cv::Mat& photo, cv::Size size) {
  const double zoom = std::max(static_cast<double>(size.width) / photo.cols,
                               static_cast<double>(size.height) / photo.rows);
  const int width = std::clamp(static_cast<int>(size.width / zoom), 1, photo.cols);
  const int height = std::clamp(static_cast<int>(size.height / zoom), 1, photo.rows);
  const cv::Rect middle((photo.cols - width) / 2, (photo.rows - height) / 2, width, height);
  cv::Mat covered;
  cv::resize(photo(middle), covered, size, 0, 0, zoom < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return covered;
}

void draw_bar(cv::Mat& card, int top, double fraction, const cv::Scalar& colour) {
  const auto stroke = [&](double end, const cv::Scalar& with) {
    const int radius = kBarHeight / 2;
    const int length = kWidth - 2 * kMargin - kBarHeight;
    const cv::Point left(kMargin + radius, top + radius);
    cv::line(card, left, left + cv::Point(static_cast<int>(length * end), 0), with, kBarHeight,
             cv::LINE_AA);  // Thick lines have round ends.
  };
  stroke(1.0, kTrack);
  stroke(std::clamp(fraction, 0.0, 1.0), colour);
}

void draw_entry(cv::Mat& card, const CardEntry& entry, std::size_t rank) {
  const bool first = rank == 0;
  const int baseline = kFirstEntry + static_cast<int>(rank) * kEntryHeight;
  const Typeface face{(first ? 13.0 : 12.0) * kZoom, (first ? 2 : 1) * kZoom * 2 / 3 + 1, kInk};
  char percent[16];
  std::snprintf(percent, sizeof percent, "%.1f %%", entry.probability * 100);
  const int percent_width = text_width(percent, face);
  const int right = kWidth - kMargin - percent_width;
  write_text(card, percent, {right, baseline}, face, percent_width);
  write_text(card, entry.name, {kMargin, baseline}, face, right - kMargin - 12 * kZoom);
  draw_bar(card, baseline + kBarOffset, entry.probability, first ? kFirstBar : kOtherBar);
}

}  // namespace

cv::Mat draw_card(const cv::Mat& photo, const std::string& file,
                  const std::vector<CardEntry>& entries) {
  cv::Mat card(kHeight, kWidth, CV_8UC3, kPaper);
  cover(photo, {kWidth, kPhotoHeight}).copyTo(card(cv::Rect(0, 0, kWidth, kPhotoHeight)));
  write_text(card, file, {kMargin, kFileBaseline}, {9.0 * kZoom, kZoom * 2 / 3, kGrey},
             kWidth - 2 * kMargin);
  for (std::size_t i = 0; i < entries.size(); ++i) draw_entry(card, entries[i], i);
  cv::Mat result;
  cv::resize(card, result, {kCardWidth, kCardHeight}, 0, 0, cv::INTER_AREA);
  return result;
}

}  // namespace bitdown::apps

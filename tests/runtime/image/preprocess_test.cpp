// SPDX-License-Identifier: MIT
#include <algorithm>
#include <random>
#include <vector>

#include "doctest/doctest.h"
#include "runtime/image/pictures.h"

namespace bitdown {
namespace {

using tests::formula_picture;
using tests::Picture;
using tests::plain;

std::vector<float> run(const ImageView& image, const Preprocessing& how) {
  std::vector<float> output(std::size_t{how.channels} * how.crop_height * how.crop_width);
  const Status status = preprocess(image, how, output);
  REQUIRE_MESSAGE(status.ok(), status.message());
  return output;
}

// Levels computed with Pillow 9.5 (Image.resize with BILINEAR, Image.crop with torchvision's
// offsets) from formula_picture(width, height).
struct Golden {
  const char* what;
  std::uint32_t width, height, shorter, crop_height, crop_width;
  std::vector<int> levels;
};
const Golden kGolden[] = {
    {"smaller",
     13,
     9,
     4,
     2,
     3,
     {140, 141, 127, 128, 144, 124, 141, 128, 129, 130, 134, 132, 132, 126, 127, 113, 127, 109}},
    {"same size, offsets 1",
     4,
     5,
     4,
     3,
     2,
     {135, 179, 233, 28, 75, 133, 188, 232, 30, 81, 128, 186, 241, 29, 83, 134, 181, 239}},
    {"same size, offset 1.5 becomes 2", 7, 7, 7, 4, 4, {28,  79,  130, 181, 133, 191, 249, 51,
                                                        238, 47,  112, 177, 87,  159, 231, 47,
                                                        81,  132, 183, 234, 186, 244, 46,  104,
                                                        35,  100, 165, 230, 140, 212, 28,  100,
                                                        134, 185, 236, 31,  239, 41,  99,  157,
                                                        88,  153, 218, 27,  193, 9,   81,  153}},
    {"same size, offset 0.5 becomes 0",
     6,
     6,
     6,
     5,
     5,
     {0,   37,  74,  111, 148, 91,  135, 179, 223, 11,  182, 233, 28,  79,  130, 17,  75,  133, 191,
      249, 108, 173, 238, 47,  112, 53,  90,  127, 164, 201, 144, 188, 232, 20,  64,  235, 30,  81,
      132, 183, 70,  128, 186, 244, 46,  161, 226, 35,  100, 165, 106, 143, 180, 217, 254, 197, 241,
      29,  73,  117, 32,  83,  134, 185, 236, 123, 181, 239, 41,  99,  214, 23,  88,  153, 218}},
    {"larger", 3, 2, 5, 2, 4, {69,  86,  104, 121, 107, 125, 144, 163, 122, 139, 157, 174,
                               160, 178, 197, 216, 175, 192, 155, 117, 213, 231, 151, 71}},
    {"one column",
     1,
     6,
     2,
     3,
     2,
     {159, 159, 141, 141, 58, 58, 212, 212, 194, 194, 111, 111, 73, 73, 55, 55, 100, 100}},
    {"one row",
     7,
     1,
     3,
     2,
     3,
     {99, 111, 123, 99, 111, 123, 152, 164, 176, 152, 164, 176, 205, 217, 229, 205, 217, 229}},
    {"whole result", 11, 10, 3, 3, 3, {118, 127, 121, 124, 138, 131, 135, 127, 125,
                                       132, 133, 127, 138, 133, 130, 117, 130, 130,
                                       140, 134, 135, 125, 122, 117, 135, 128, 130}},
};

TEST_CASE("preprocess gives PIL's pixels exactly") {
  for (const Golden& golden : kGolden) {
    CAPTURE(golden.what);
    const Picture picture = formula_picture(golden.width, golden.height);
    const auto how = plain(golden.shorter, golden.crop_height, golden.crop_width);
    CHECK(tests::to_levels(run(picture.view(), how)) == golden.levels);
  }
}

// The same after convert("L").
const Golden kGreyGolden[] = {
    {"smaller", 13, 9, 4, 2, 3, {139, 132, 128, 127, 136, 127}},
    {"same size",
     7,
     7,
     7,
     4,
     4,
     {71, 122, 173, 195, 176, 205, 113, 94, 102, 90, 155, 191, 130, 173, 95, 90}},
    {"larger", 3, 2, 5, 2, 4, {112, 129, 140, 152, 150, 168, 175, 183}},
};

TEST_CASE("preprocess gives PIL's grey exactly") {
  for (const Golden& golden : kGreyGolden) {
    CAPTURE(golden.what);
    const Picture picture = formula_picture(golden.width, golden.height);
    auto how = plain(golden.shorter, golden.crop_height, golden.crop_width);
    how.channels = 1;
    CHECK(tests::to_levels(run(picture.view(), how)) == golden.levels);
  }
}

TEST_CASE("grey stays as it is, and is normalised by the first channel's numbers") {
  Picture picture{256, 1, {}};
  for (int level = 0; level < 256; ++level) picture.pixels.insert(picture.pixels.end(), 3, level);
  Preprocessing how{1, 1, 256, {0.25f, 7, 7}, {0.5f, 7, 7}, 1};
  const std::vector<float> output = run(picture.view(), how);
  for (std::size_t level = 0; level < 256; ++level) {
    CHECK(output[level] == (static_cast<float>(level) / 255.0f - 0.25f) / 0.5f);
  }
}

TEST_CASE("preprocess divides, subtracts and divides in float32, as torchvision does") {
  const Picture picture = formula_picture(8, 8);
  Preprocessing how;
  how.resize_shorter = how.crop_height = how.crop_width = 8;
  const std::vector<float> output = run(picture.view(), how);
  for (std::size_t i = 0; i < output.size(); ++i) {
    const std::size_t channel = i / 64;
    const float pixel = picture.pixels[i % 64 * 3 + channel];
    CHECK(output[i] == (pixel / 255.0f - how.mean[channel]) / how.std[channel]);
  }
}

TEST_CASE("preprocess reads rows at the stride") {
  const Picture large = formula_picture(20, 12);
  const Picture small = [&] {
    Picture picture{9, 12, {}};
    for (std::size_t y = 0; y < 12; ++y) {
      const auto row = large.pixels.begin() + static_cast<std::ptrdiff_t>(y * 60);
      picture.pixels.insert(picture.pixels.end(), row, row + 27);
    }
    return picture;
  }();
  const ImageView window{large.pixels.data(), 9, 12, 60};
  CHECK(run(window, plain(7, 6, 5)) == run(small.view(), plain(7, 6, 5)));
}

// Interpolation along x and y at once in double precision, without rounding between.
double interpolate(const Picture& picture, double scale_x, double scale_y, double x, double y,
                   std::size_t channel) {
  const double cx = (x + 0.5) * scale_x;
  const double cy = (y + 0.5) * scale_y;
  double sum = 0;
  double weights = 0;
  for (std::uint32_t row = 0; row < picture.height; ++row) {
    const double wy = 1 - std::abs(row + 0.5 - cy) / std::max(scale_y, 1.0);
    for (std::uint32_t column = 0; wy > 0 && column < picture.width; ++column) {
      const double wx = 1 - std::abs(column + 0.5 - cx) / std::max(scale_x, 1.0);
      if (wx <= 0) continue;
      sum += wx * wy * picture.pixels[(std::size_t{row} * picture.width + column) * 3 + channel];
      weights += wx * wy;
    }
  }
  return sum / weights;
}

TEST_CASE("preprocess stays within its two roundings of exact interpolation") {
  const unsigned seed = 20240611;
  CAPTURE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](std::uint32_t low, std::uint32_t high) {
    return std::uniform_int_distribution<std::uint32_t>(low, high)(random);
  };
  for (int trial = 0; trial < 60; ++trial) {
    Picture picture{pick(1, 60), pick(1, 60), {}};
    for (std::size_t i = 0; i < std::size_t{3} * picture.width * picture.height; ++i) {
      picture.pixels.push_back(static_cast<std::uint8_t>(pick(0, 255)));
    }
    const auto [low, high] = std::minmax(picture.width, picture.height);
    const std::uint32_t shorter = pick(1, 20);
    const std::uint32_t longer = shorter * high / low;
    const std::uint32_t width = picture.width <= picture.height ? shorter : longer;
    const std::uint32_t height = picture.width <= picture.height ? longer : shorter;
    const auto how = plain(shorter, pick(1, std::min(height, 20u)), pick(1, std::min(width, 20u)));
    CAPTURE(trial);
    CAPTURE(picture.width);
    CAPTURE(picture.height);
    CAPTURE(shorter);

    const std::vector<float> output = run(picture.view(), how);
    const double left = std::nearbyint((width - how.crop_width) / 2.0);
    const double top = std::nearbyint((height - how.crop_height) / 2.0);
    double worst = 0;
    for (std::size_t i = 0; i < output.size(); ++i) {
      const std::size_t plane = std::size_t{how.crop_height} * how.crop_width;
      const auto x = static_cast<double>(i % how.crop_width);
      const auto y = static_cast<double>(i % plane / how.crop_width);
      const double exact =
          interpolate(picture, static_cast<double>(picture.width) / width,
                      static_cast<double>(picture.height) / height, left + x, top + y, i / plane);
      worst = std::max(worst, std::abs(static_cast<double>(output[i]) * 255 - exact));
    }
    CHECK(worst <= 1.001);  // Half a level for each pass, plus the 22-bit weights.
  }
}

}  // namespace
}  // namespace bitdown

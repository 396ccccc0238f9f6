// SPDX-License-Identifier: MIT
#include "bitdown/photo.h"

#include <fcntl.h>
#include <unistd.h>

#include <opencv2/imgcodecs.hpp>

#include "bitdown/failure.h"
#include "doctest/doctest.h"
#include "support/folder.h"

namespace bitdown::apps {
namespace {

using tests::Folder;

// Rows of a gradient; every channel and depth differently.
cv::Mat gradient(int type) {
  cv::Mat image(20, 30, type);
  const int step = image.depth() == CV_16U ? 257 : 1;
  for (int y = 0; y < image.rows; ++y) {
    for (int i = 0; i < image.cols * image.channels(); ++i) {
      const int value = (i * 5 + y * 9) % 256 * step;
      if (step == 1) {
        image.ptr<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(value);
      } else {
        image.ptr<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(value);
      }
    }
  }
  return image;
}

std::string encoded(const char* extension, const cv::Mat& image) {
  std::vector<unsigned char> bytes;
  REQUIRE(cv::imencode(extension, image, bytes));
  return {bytes.begin(), bytes.end()};
}

cv::Mat decoded(std::string_view bytes) {
  const Folder folder;
  return read_photo(folder.write("photo", bytes));
}

// Red, green, blue of the pixel in column 7 of row 3.
std::vector<int> pixel(const cv::Mat& photo) {
  REQUIRE(photo.type() == CV_8UC3);
  REQUIRE(photo.size() == cv::Size(30, 20));
  const std::uint8_t* at = photo.ptr<std::uint8_t>(3) + 3 * 7;
  return {at[0], at[1], at[2]};
}

using Pixel = std::vector<int>;

TEST_CASE("every kind of picture becomes 8-bit RGB") {
  CHECK(pixel(decoded(encoded(".png", gradient(CV_8UC3)))) == Pixel{142, 137, 132});
  CHECK(pixel(decoded(encoded(".bmp", gradient(CV_8UC3)))) == Pixel{142, 137, 132});
  CHECK(pixel(decoded(encoded(".png", gradient(CV_8UC1)))) == Pixel{62, 62, 62});
  CHECK(pixel(decoded(encoded(".png", gradient(CV_16UC3)))) == Pixel{142, 137, 132});
  CHECK(pixel(decoded(encoded(".png", gradient(CV_16UC1)))) == Pixel{62, 62, 62});
  // Alpha is dropped, not applied.
  CHECK(pixel(decoded(encoded(".png", gradient(CV_8UC4)))) == Pixel{177, 172, 167});
}

void check_invalid(std::string_view bytes, const char* end) {
  try {
    decoded(bytes);
    FAIL_CHECK("did not throw");
  } catch (const Failure& failure) {
    CHECK(failure.code() == ExitCode::kInputInvalid);
    CHECK(std::string_view(failure.what()).ends_with(end));
  }
}

TEST_CASE("what is no picture, or only part of one, is refused in silence") {
  const Folder folder;
  const int saved = ::dup(STDERR_FILENO);
  const int file = ::open((folder / "err").c_str(), O_CREAT | O_WRONLY, 0600);
  ::dup2(file, STDERR_FILENO);

  const std::string jpeg = encoded(".jpg", gradient(CV_8UC3));
  const std::string png = encoded(".png", gradient(CV_8UC3));
  for (const std::size_t length : {std::size_t{4}, jpeg.size() / 2, jpeg.size() - 2}) {
    check_invalid(jpeg.substr(0, length), ": the JPEG file ends too early");
  }
  check_invalid(png.substr(0, png.size() / 2), ": the PNG file ends too early");
  check_invalid("a text file", ": not a readable image");
  check_invalid("", ": the file is empty");

  ::dup2(saved, STDERR_FILENO);
  CHECK(tests::read_file(folder / "err") == "");
}

}  // namespace
}  // namespace bitdown::apps

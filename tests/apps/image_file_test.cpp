// SPDX-License-Identifier: MIT
#include "image_file.h"

#include <string>
#include <string_view>

#include "doctest/doctest.h"

namespace bitdown::apps {
namespace {

using namespace std::string_literals;

std::string refusal(std::string_view file) {
  return check_image_file(std::as_bytes(std::span(file))).status().message();
}

void check_format(std::string_view file, ImageFormat format) {
  const Result<ImageFormat> result = check_image_file(std::as_bytes(std::span(file)));
  CAPTURE(result.status().message());
  REQUIRE(result.ok());
  CHECK(*result == format);
}

std::string number(std::uint32_t value, std::size_t bytes) {
  std::string text;
  while (bytes-- > 0) text += static_cast<char>(value >> 8 * bytes);
  return text;
}

std::string reversed(std::string_view text) {
  return {text.rbegin(), text.rend()};
}

const std::string kScan = "\xff\xda\0\x04..data\xff\0data\xff\xd0more"s;

std::string jpeg_start(std::uint32_t width = 8, std::uint32_t height = 8) {
  return "\xff\xd8\xff\xc2\0\x08\x08"s + number(height, 2) + number(width, 2) + '\1';
}

TEST_CASE("a JPEG is whole when the end of its own image is there") {
  const std::string body = jpeg_start() + kScan + kScan;
  const std::string whole = body + "\xff\xd9";
  check_format(whole, ImageFormat::kJpeg);
  for (const char* film : {"\xff\xda", "\xff\xd9", "\xff\xd8", "ftyp\xff\xda\xff\xd8\xff"}) {
    check_format(whole + film, ImageFormat::kJpeg);
  }
  const std::string thumbnail = "\xff\xe1\0\x06\xff\xda\xff\xd9"s;
  check_format("\xff\xd8" + thumbnail + whole.substr(2), ImageFormat::kJpeg);
  for (std::size_t length = 2; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(refusal(whole.substr(0, length)) == "the JPEG file ends too early");
    CHECK(refusal("\xff\xd8" + thumbnail + whole.substr(2, length - 2)) ==
          "the JPEG file ends too early");
  }
}

// With the checksums that zlib computes for these chunks.
const std::string kPngStart = "\x89PNG\r\n\x1a\n"s;
const std::string kPngSmall = "\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\x3a\x7e\x9b\x55"s;
const std::string kPngEnd = "\0\0\0\0IEND\xae\x42\x60\x82"s;

TEST_CASE("a PNG is whole, and its necessary chunks are what was written") {
  const std::string comment = "\0\0\0\1tEXt.bad!"s;
  const std::string whole = kPngStart + kPngSmall + comment + kPngEnd;
  check_format(whole, ImageFormat::kPng);
  check_format(whole + "appended", ImageFormat::kPng);
  for (std::size_t length = 8; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK(refusal(whole.substr(0, length)) == "the PNG file ends too early");
  }
  for (std::size_t at = 12; at < kPngStart.size() + kPngSmall.size(); ++at) {
    CAPTURE(at);
    std::string damaged = whole;
    damaged[at] ^= 1;
    CHECK(refusal(damaged) == "the PNG file is damaged");
  }
}

std::string bmp(std::int32_t width, std::int32_t height, std::size_t pixel_bytes) {
  const auto le32 = [](std::uint32_t value) { return reversed(number(value, 4)); };
  return "BM" + le32(0) + le32(0) + le32(54) + le32(40) + le32(static_cast<std::uint32_t>(width)) +
         le32(static_cast<std::uint32_t>(height)) + "\1\0\x18\0"s +
         std::string(24 + pixel_bytes, '\0');
}

TEST_CASE("a BMP holds all its rows, but for the padding of the last") {
  check_format(bmp(5, 3, 48), ImageFormat::kBmp);
  check_format(bmp(5, -3, 47), ImageFormat::kBmp);
  CHECK(refusal(bmp(5, 3, 46)) == "the BMP file ends too early");
  CHECK(refusal(bmp(5, 3, 0).substr(0, 33)) == "the BMP file ends too early");
  CHECK(refusal(bmp(-5, 3, 48)) == "the BMP file has a negative width");
  CHECK(refusal(bmp(5, 0, 48)) == "the image has no pixels");
}

TEST_CASE("images that are too large are refused by their header") {
  const char* too_many = "the image has more than 100 million pixels";
  const char* too_long = "the image is wider or higher than 65535 pixels";
  CHECK(refusal(jpeg_start(10001, 10000)) == too_many);
  CHECK(refusal(jpeg_start(10000, 10000)) == "the JPEG file ends too early");
  CHECK(refusal(bmp(10000, -10001, 0)) == too_many);
  CHECK(refusal(bmp(65536, 1, 0)) == too_long);
  CHECK(refusal(bmp(1, INT32_MIN, 0)) == too_long);
  const std::string header = "\0\0\0\rIHDR\0\x01\x86\xa0\0\0\0\1\x08\2\0\0\0\xd2\x1c\x81\x82"s;
  CHECK(refusal(kPngStart + header + kPngEnd) == too_long);
}

TEST_CASE("other formats are left to their decoders") {
  check_format("GIF89a", ImageFormat::kOther);
  check_format("B", ImageFormat::kOther);
  check_format("", ImageFormat::kOther);
}

}  // namespace
}  // namespace bitdown::apps

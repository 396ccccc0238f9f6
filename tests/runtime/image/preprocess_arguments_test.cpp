// SPDX-License-Identifier: MIT
#include <string_view>
#include <vector>

#include "doctest/doctest.h"
#include "runtime/image/pictures.h"

namespace bitdown {
namespace {

using tests::formula_picture;
using tests::Picture;
using tests::plain;

void check_refused(const ImageView& image, const Preprocessing& how, std::size_t output_size,
                   std::string_view message) {
  std::vector<float> output(output_size, 7.0f);
  const Status status = preprocess(image, how, output);
  CHECK(status.code() == StatusCode::kInvalidArgument);
  CHECK(std::string_view(status.message()) == message);
  CHECK(output == std::vector<float>(output_size, 7.0f));
}

TEST_CASE("preprocess refuses images that are none") {
  const Picture picture = formula_picture(6, 5);
  const ImageView good = picture.view();
  const auto how = plain(4, 3, 2);
  check_refused({}, how, 18, "image: empty");
  check_refused({good.pixels, 0, 5, 18}, how, 18, "image: empty");
  check_refused({good.pixels, 6, 0, 18}, how, 18, "image: empty");
  check_refused({good.pixels, 6, 5, 17}, how, 18, "image: stride is below 3 * width");
  constexpr std::string_view kSides = "image: sides must be at most 65535 pixels";
  check_refused({good.pixels, 65536, 5, 1 << 20}, how, 18, kSides);
  check_refused({good.pixels, 6, 65536, 18}, how, 18, kSides);
}

TEST_CASE("preprocess refuses sizes that do not fit") {
  const Picture picture = formula_picture(6, 5);
  const ImageView image = picture.view();
  constexpr std::string_view kZero = "preprocessing: a size is 0";
  check_refused(image, plain(0, 3, 2), 18, kZero);
  check_refused(image, plain(4, 0, 2), 0, kZero);
  check_refused(image, plain(4, 3, 0), 0, kZero);
  constexpr std::string_view kOutput =
      "preprocessing: output is not channels * crop_height * crop_width";
  check_refused(image, plain(4, 3, 2), 17, kOutput);
  check_refused(image, plain(4, 3, 2), 19, kOutput);
  check_refused(image, plain(4, 3, 2), 0, kOutput);
  check_refused(image, plain(4, 1u << 31, 1u << 31), 0, kOutput);
  auto grey = plain(4, 3, 2);
  grey.channels = 1;
  check_refused(image, grey, 18, kOutput);
  grey.channels = 2;
  check_refused(image, grey, 12, "preprocessing: channels must be 1 or 3");
  // 6 x 5 becomes int(4 * 6 / 5) = 4 wide.
  constexpr std::string_view kCrop = "preprocessing: crop is larger than the resized image";
  check_refused(image, plain(4, 5, 4), 60, kCrop);
  check_refused(image, plain(4, 4, 5), 60, kCrop);
}

TEST_CASE("preprocess takes the longest sides") {
  Picture line{65535, 1, std::vector<std::uint8_t>(3 * 65535, 200)};
  std::vector<float> output(12);
  REQUIRE(preprocess(line.view(), plain(2, 2, 2), output).ok());
  CHECK(tests::to_levels(output) == std::vector<int>(12, 200));
  line.width = 1;
  line.height = 65535;
  REQUIRE(preprocess(line.view(), plain(2, 2, 2), output).ok());
  CHECK(tests::to_levels(output) == std::vector<int>(12, 200));
}

}  // namespace
}  // namespace bitdown

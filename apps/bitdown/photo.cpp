// SPDX-License-Identifier: MIT
#include "bitdown/photo.h"

#include <climits>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "bitdown/failure.h"
#include "bitdown/quiet_stderr.h"
#include "jpeg.h"
#include "mapped_file.h"

namespace bitdown::apps {
namespace {

cv::Mat decode(std::span<const std::byte> file) {
  const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8UC1,
                      const_cast<std::byte*>(file.data()));
  const QuietStderr quiet;
  try {
    return cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  } catch (const cv::Exception&) {  // Too many pixels, for example.
    return {};
  }
}

}  // namespace

cv::Mat read_photo(const std::filesystem::path& path) {
  const MappedFile file = value_or_fail(path.string(), MappedFile::open(path.c_str()));
  if (file.bytes().size() > INT_MAX) {
    throw Failure(path.string(), Status(StatusCode::kUnsupported, "the file is larger than 2 GB"));
  }
  if (is_truncated_jpeg(file.bytes())) {
    throw Failure(path.string(), Status(StatusCode::kInvalidData, "the JPEG file ends too early"));
  }
  cv::Mat photo = decode(file.bytes());
  if (photo.empty()) {
    throw Failure(path.string(), Status(StatusCode::kInvalidData, "not a readable image"));
  }
  cv::cvtColor(photo, photo, cv::COLOR_BGR2RGB);
  return photo;
}

ImageView view(const cv::Mat& photo) {
  return {photo.data, static_cast<std::uint32_t>(photo.cols),
          static_cast<std::uint32_t>(photo.rows), photo.step};
}

}  // namespace bitdown::apps

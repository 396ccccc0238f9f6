// SPDX-License-Identifier: MIT
#include "bitdown/photo.h"

#include <cctype>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <new>
#include <opencv2/imgcodecs.hpp>
#include <utility>

#include "bitdown/failure.h"
#include "bitdown/quiet_stderr.h"
#include "image_file.h"
#include "mapped_file.h"

namespace bitdown::apps {
namespace {

Failure out_of_memory(const std::filesystem::path& path) {
  return {path.string(), Status(StatusCode::kOutOfMemory, "no memory to decode the image")};
}

// Empty when the decoder fails. OpenCV keeps some of its decoders' failures to allocate to itself;
// errno still tells.
cv::Mat decode(std::span<const std::byte> file) {
  const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8UC1,
                      const_cast<std::byte*>(file.data()));
  const QuietStderr quiet;
  errno = 0;
  cv::Mat photo = cv::imdecode(bytes, cv::IMREAD_COLOR | cv::IMREAD_IGNORE_ORIENTATION);
  if (photo.empty() && errno == ENOMEM) throw std::bad_alloc();
  return photo;
}

// In place; cv::cvtColor would take a second image and start threads.
void swap_red_and_blue(cv::Mat& photo) {
  for (int y = 0; y < photo.rows; ++y) {
    std::uint8_t* row = photo.ptr<std::uint8_t>(y);
    for (int x = 0; x < photo.cols; ++x) std::swap(row[3 * x], row[3 * x + 2]);
  }
}

cv::Mat decode_rgb(const std::filesystem::path& path, std::span<const std::byte> file) {
  try {
    cv::Mat photo = decode(file);
    swap_red_and_blue(photo);
    return photo;
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw out_of_memory(path);
    return {};
  } catch (const std::bad_alloc&) {
    throw out_of_memory(path);
  }
}

}  // namespace

cv::Mat read_photo(const std::filesystem::path& path) {
  const MappedFile file = value_or_fail(path.string(), MappedFile::open(path.c_str()));
  if (file.bytes().size() > INT_MAX) {
    throw Failure(path.string(), Status(StatusCode::kUnsupported, "the file is larger than 2 GB"));
  }
  value_or_fail(path.string(), check_image_file(file.bytes()));
  cv::Mat photo = decode_rgb(path, file.bytes());
  if (photo.empty()) {
    throw Failure(path.string(), Status(StatusCode::kInvalidData, "not a readable image"));
  }
  return photo;
}

std::string lower_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension;
}

ImageView view(const cv::Mat& photo) {
  return {photo.data, static_cast<std::uint32_t>(photo.cols),
          static_cast<std::uint32_t>(photo.rows), photo.step};
}

}  // namespace bitdown::apps

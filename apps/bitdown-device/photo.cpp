// SPDX-License-Identifier: MIT
#include "bitdown-device/photo.h"

#include <climits>
#include <cstring>

#include "jpeg.h"
#include "mapped_file.h"
#include "stb/stb_image.h"

namespace bitdown::apps {
namespace {

constexpr int kMaxSide = 65535;

Status decoding_failure() {
  const char* reason = stbi_failure_reason();
  if (std::strcmp(reason, "outofmem") == 0) {
    return {StatusCode::kOutOfMemory, "no memory to decode the image"};
  }
  return {StatusCode::kInvalidData, "not a readable JPEG, PNG or BMP image", reason};
}

}  // namespace

void Photo::Free::operator()(std::uint8_t* pixels) const {
  stbi_image_free(pixels);
}

Result<Photo> Photo::open(const char* path) {
  BITDOWN_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(path));
  if (file.bytes().size() > INT_MAX) {
    return Status(StatusCode::kUnsupported, "the file is larger than 2 GB");
  }
  const auto* bytes = reinterpret_cast<const stbi_uc*>(file.bytes().data());
  const int size = static_cast<int>(file.bytes().size());
  int width = 0;
  int height = 0;
  int channels = 0;
  if (stbi_info_from_memory(bytes, size, &width, &height, &channels) == 0) {
    return decoding_failure();
  }
  if (width > kMaxSide || height > kMaxSide ||
      static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) > kMaxPixels) {
    return Status(StatusCode::kUnsupported, "the image has more than 100 million pixels");
  }
  if (is_truncated_jpeg(file.bytes())) {
    return Status(StatusCode::kInvalidData, "the JPEG file ends too early");
  }
  Photo photo;
  photo.pixels_.reset(stbi_load_from_memory(bytes, size, &width, &height, &channels, 3));
  if (photo.pixels_ == nullptr) return decoding_failure();
  photo.view_ = {photo.pixels_.get(), static_cast<std::uint32_t>(width),
                 static_cast<std::uint32_t>(height), std::size_t{3} * width};
  return photo;
}

}  // namespace bitdown::apps

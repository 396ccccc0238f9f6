// SPDX-License-Identifier: MIT
#include "bitdown-device/photo.h"

#include <climits>
#include <cstring>

#include "bitdown-device/stb_failure.h"
#include "image_file.h"
#include "mapped_file.h"
#include "stb/stb_image.h"

namespace bitdown::apps {
namespace {

Status decoding_failure() {
  const char* reason = stbi_failure_reason();
  if (reason == nullptr || std::strcmp(reason, "outofmem") == 0) {
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
  BITDOWN_ASSIGN_OR_RETURN(const ImageFormat format, check_image_file(file.bytes()));
  if (format == ImageFormat::kOther) {
    return Status(StatusCode::kInvalidData, "not a readable JPEG, PNG or BMP image");
  }
  const auto* bytes = reinterpret_cast<const stbi_uc*>(file.bytes().data());
  const int size = static_cast<int>(file.bytes().size());
  int width = 0;
  int height = 0;
  int channels = 0;
  forget_stb_failure();
  Photo photo;
  photo.pixels_.reset(stbi_load_from_memory(bytes, size, &width, &height, &channels, 3));
  if (photo.pixels_ == nullptr) return decoding_failure();
  photo.view_ = {photo.pixels_.get(), static_cast<std::uint32_t>(width),
                 static_cast<std::uint32_t>(height), std::size_t{3} * width};
  return photo;
}

}  // namespace bitdown::apps

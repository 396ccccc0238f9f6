// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <opencv2/core/mat.hpp>
#include <string>

#include "bitdown/image.h"

namespace bitdown::apps {

/// Decodes an image file to 8-bit RGB as PIL's convert("RGB") does: the orientation tag is ignored,
/// alpha dropped, grey repeated, 16 bits become 8. Thread-safe; the decoders' own remarks do not
/// reach stderr. Throws Failure: kInputMissing, kInputInvalid (no image, or truncated),
/// kUnsupported (too large), kOutOfMemory.
cv::Mat read_photo(const std::filesystem::path& path);

/// Of the file name, with its dot and in small letters: ".jpeg". A name like ".png" has none.
std::string lower_extension(const std::filesystem::path& path);

/// A view of an 8-bit RGB matrix, which must outlive it.
ImageView view(const cv::Mat& photo);

}  // namespace bitdown::apps

// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bitdown/status.h"

namespace bitdown::apps {

enum class ImageFormat : std::uint8_t { kJpeg, kPng, kBmp, kOther };

/// More (300 MB decoded) are refused before anything is allocated for them.
inline constexpr std::uint64_t kMaxPixels = 100'000'000;
inline constexpr std::uint32_t kMaxSide = 65535;

/// What kind of image `file` is, after the checks that decoders leave out: that the file is whole
/// (they fill what is missing with grey and call that success) and its size within kMaxPixels and
/// kMaxSide. What follows the end of the image, such as the film of a motion photograph, is
/// ignored. Fails with kInvalidData or kUnsupported (too large). Other formats are not looked into.
Result<ImageFormat> check_image_file(std::span<const std::byte> file);

}  // namespace bitdown::apps

// SPDX-License-Identifier: MIT
#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "bitdown/image.h"
#include "image/resize.h"

namespace bitdown {
namespace {

constexpr std::uint32_t kMaxSide = 65535;

Status check_arguments(const ImageView& image, const Preprocessing& how, std::size_t output_size) {
  constexpr StatusCode kInvalid = StatusCode::kInvalidArgument;
  if (image.pixels == nullptr || image.width == 0 || image.height == 0) {
    return {kInvalid, "image: empty"};
  }
  if (image.width > kMaxSide || image.height > kMaxSide) {
    return {kInvalid, "image: sides must be at most 65535 pixels"};
  }
  if (image.stride < std::size_t{3} * image.width) {
    return {kInvalid, "image: stride is below 3 * width"};
  }
  if (how.resize_shorter == 0 || how.crop_height == 0 || how.crop_width == 0) {
    return {kInvalid, "preprocessing: a size is 0"};
  }
  if (how.channels != 1 && how.channels != 3) {
    return {kInvalid, "preprocessing: channels must be 1 or 3"};
  }
  if (output_size % how.channels != 0 ||
      output_size / how.channels != std::uint64_t{how.crop_height} * how.crop_width) {
    return {kInvalid, "preprocessing: output is not channels * crop_height * crop_width"};
  }
  return {};
}

// torchvision's Resize(int): the other side is int(shorter * long / short) in double precision.
struct Size {
  std::uint64_t width;
  std::uint64_t height;
};
Size resized_size(const ImageView& image, std::uint32_t shorter) {
  const auto [low, high] = std::minmax(image.width, image.height);
  const auto longer = static_cast<std::uint64_t>(
      static_cast<double>(std::uint64_t{shorter} * high) / static_cast<double>(low));
  return image.width <= image.height ? Size{shorter, longer} : Size{longer, shorter};
}

// torchvision's CenterCrop: int(round((size - crop) / 2)), and Python rounds half to even.
std::uint64_t crop_begin(std::uint64_t size, std::uint32_t crop) {
  const std::uint64_t margin = size - crop;
  const std::uint64_t floor = margin / 2;
  return floor + (margin % 2) * (floor % 2);
}

// PIL's convert("L"): ITU-R 601-2 luma in 16-bit fixed point.
void to_grey(const std::uint8_t* rgb, std::uint32_t width, std::uint8_t* grey) {
  for (std::uint32_t x = 0; x < width; ++x, rgb += 3) {
    grey[x] = static_cast<std::uint8_t>(
        (19595u * rgb[0] + 38470u * rgb[1] + 7471u * rgb[2] + 0x8000u) >> 16);
  }
}

// A pixel has 256 values, so the exact divisions are paid 256 times a channel.
struct NormalizeTable {
  explicit NormalizeTable(const Preprocessing& how) {
    for (std::size_t c = 0; c < how.channels; ++c) {
      for (std::size_t x = 0; x < 256; ++x) {
        value[c][x] = (static_cast<float>(x) / 255.0f - how.mean[c]) / how.std[c];
      }
    }
  }
  float value[3][256];
};

}  // namespace

Status preprocess(const ImageView& image, const Preprocessing& preprocessing,
                  std::span<float> output) {
  BITDOWN_RETURN_IF_ERROR(check_arguments(image, preprocessing, output.size()));
  const std::uint32_t crop_w = preprocessing.crop_width;
  const std::uint32_t crop_h = preprocessing.crop_height;
  const Size size = resized_size(image, preprocessing.resize_shorter);
  if (crop_w > size.width || crop_h > size.height) {
    return {StatusCode::kInvalidArgument, "preprocessing: crop is larger than the resized image"};
  }
  BITDOWN_ASSIGN_OR_RETURN(
      const ResizeAxis columns,
      ResizeAxis::create(image.width, size.width, crop_begin(size.width, crop_w), crop_w));
  BITDOWN_ASSIGN_OR_RETURN(
      const ResizeAxis rows,
      ResizeAxis::create(image.height, size.height, crop_begin(size.height, crop_h), crop_h));

  // Horizontally resized source rows, then one finished row. Columns first, as Pillow up to 12 does
  // always; later ones start with the rows when only those shrink, which moves a few pixels by 1.
  const std::uint32_t channels = preprocessing.channels;
  const std::uint64_t row_bytes = std::uint64_t{channels} * crop_w;
  const std::uint32_t used_rows = rows.source_end() - rows.source_begin();
  // Behind them, one source row in grey.
  const std::uint64_t work_bytes = row_bytes * (std::uint64_t{used_rows} + 1) + image.width;
  if (work_bytes > SIZE_MAX) return {StatusCode::kOutOfMemory, "preprocessing: image too large"};
  const std::unique_ptr<std::uint8_t[]> work(
      new (std::nothrow) std::uint8_t[static_cast<std::size_t>(work_bytes)]);
  if (!work) return {StatusCode::kOutOfMemory, "preprocessing: no memory for resized rows"};

  const auto stride = static_cast<std::size_t>(row_bytes);
  std::uint8_t* const finished = work.get() + stride * used_rows;
  std::uint8_t* const grey = finished + stride;
  for (std::uint32_t y = 0; y < used_rows; ++y) {
    const std::uint8_t* source = image.pixels + image.stride * (rows.source_begin() + y);
    if (channels == 1) {
      to_grey(source, image.width, grey);
      source = grey;
    }
    resize_row(source, channels, columns, work.get() + stride * y);
  }

  const NormalizeTable normalized(preprocessing);
  const std::size_t plane = std::size_t{crop_h} * crop_w;
  for (std::uint32_t y = 0; y < crop_h; ++y) {
    const ResizeAxis::Taps taps = rows.taps(y);
    blend_rows(work.get() + stride * (taps.first - rows.source_begin()), stride, taps.weights,
               stride, finished);
    float* row = output.data() + std::size_t{y} * crop_w;
    for (std::size_t c = 0; c < channels; ++c) {
      for (std::size_t x = 0; x < crop_w; ++x) {
        row[c * plane + x] = normalized.value[c][finished[channels * x + c]];
      }
    }
  }
  return {};
}

}  // namespace bitdown

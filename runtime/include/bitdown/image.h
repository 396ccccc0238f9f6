// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "bitdown/status.h"

namespace bitdown {

/// How a photograph becomes the network's input, as stored in the blob: grey if `channels` is 1,
/// shorter side resized to `resize_shorter`, centre crop, (x / 255 - mean) / std per channel, in
/// the order R, G, B. Of `mean` and `std` the first `channels` count.
struct Preprocessing {
  std::uint32_t resize_shorter = 256;
  std::uint32_t crop_height = 224;
  std::uint32_t crop_width = 224;
  float mean[3] = {0.485f, 0.456f, 0.406f};
  float std[3] = {0.229f, 0.224f, 0.225f};
  std::uint32_t channels = 3;  ///< 3, or 1: (19595 R + 38470 G + 7471 B + 32768) / 65536.
};

/// A view of interleaved 8-bit RGB pixels, rows from the top, `stride` bytes from row to row.
struct ImageView {
  const std::uint8_t* pixels = nullptr;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::size_t stride = 0;
};

/// Writes the network input (channels, crop_height, crop_width), planar float32, into `output`,
/// which must have exactly that many elements. Bit-equal to torchvision's Resize, CenterCrop,
/// ToTensor, Normalize on a PIL image, after convert("L") for one channel (antialiased bilinear
/// with 8-bit intermediate results), including the other side int(resize_shorter * long / short)
/// and crop offsets rounded half to even. Allocates working memory (about crop_width * used rows *
/// channels bytes) for the call. Thread-safe. Fails with kInvalidArgument (empty image, stride
/// below 3 * width, sides above 65,535, neither 1 nor 3 channels, wrong output size, crop larger
/// than the resized image) or kOutOfMemory.
Status preprocess(const ImageView& image, const Preprocessing& preprocessing,
                  std::span<float> output);

}  // namespace bitdown

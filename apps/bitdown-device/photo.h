// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

#include "bitdown/image.h"
#include "bitdown/status.h"

namespace bitdown::apps {

/// A decoded photograph; owns its pixels.
class Photo {
 public:
  /// Decodes a JPEG, PNG or BMP file; grey becomes RGB, 16 bits become 8, alpha is dropped. Fails
  /// with kNotFound, kIoError, kInvalidData, kUnsupported (too large) or kOutOfMemory.
  static Result<Photo> open(const char* path);

  ImageView view() const { return view_; }

 private:
  Photo() = default;

  struct Free {
    void operator()(std::uint8_t* pixels) const;
  };
  std::unique_ptr<std::uint8_t, Free> pixels_;
  ImageView view_;
};

}  // namespace bitdown::apps

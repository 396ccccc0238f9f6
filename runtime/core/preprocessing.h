// SPDX-License-Identifier: MIT
#pragma once

#include "bitdown/image.h"
#include "model_generated.h"

namespace bitdown {

/// The preprocessing of a checked blob.
inline Preprocessing read_preprocessing(const schema::Preprocessing& stored) {
  Preprocessing result;
  result.resize_shorter = stored.resize_shorter();
  result.crop_height = stored.crop_h();
  result.crop_width = stored.crop_w();
  result.channels = stored.mean()->size();
  for (std::uint32_t i = 0; i < result.channels; ++i) {
    result.mean[i] = stored.mean()->Get(i);
    result.std[i] = stored.std()->Get(i);
  }
  return result;
}

}  // namespace bitdown

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/half/half.h"

namespace bitdown::kernels {

/// One number for each output channel, as it lies in the blob; `values` null: `absent` for all.
struct ChannelValues {
  const void* values = nullptr;  ///< float, or float16 bits if `half`.
  bool half = false;
  float absent = 0.0f;

  float operator[](std::uint32_t channel) const {
    if (values == nullptr) return absent;
    return half ? half_to_float(static_cast<const std::uint16_t*>(values)[channel])
                : static_cast<const float*>(values)[channel];
  }
};

}  // namespace bitdown::kernels

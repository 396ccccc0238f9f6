// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "kernels/im2col/im2col.h"

namespace bitdown::tests {

inline std::string describe(const kernels::Window& w) {
  const auto pair = [](std::uint32_t a, std::uint32_t b) {
    return std::to_string(a) + "x" + std::to_string(b) + " ";
  };
  return "input " + std::to_string(w.channels) + "x" + pair(w.height, w.width) + "kernel " +
         pair(w.kernel_h, w.kernel_w) + "stride " + pair(w.stride_h, w.stride_w) + "padding " +
         pair(w.padding_h, w.padding_w);
}

/// Windows that a convolution or pool may meet: kernels 1 to 7, strides 1 to 3, odd and one-pixel
/// inputs, unequal sides; every one has an output.
inline std::vector<kernels::Window> sample_windows(std::uint32_t channels) {
  std::vector<kernels::Window> windows;
  const auto add = [&](std::uint32_t h, std::uint32_t w, std::uint32_t kh, std::uint32_t kw,
                       std::uint32_t stride, std::uint32_t ph, std::uint32_t pw) {
    if (h + 2 * ph < kh || w + 2 * pw < kw || ph >= kh || pw >= kw) return;
    windows.push_back({channels, h, w, kh, kw, stride, stride, ph, pw,
                       (h + 2 * ph - kh) / stride + 1, (w + 2 * pw - kw) / stride + 1});
  };
  for (const std::uint32_t height : {1u, 2u, 7u, 11u}) {
    for (const std::uint32_t width : {1u, 3u, 8u, 13u}) {
      for (const std::uint32_t stride : {1u, 2u, 3u}) {
        for (const std::uint32_t kernel : {1u, 2u, 3u, 5u, 7u}) {
          add(height, width, kernel, kernel, stride, kernel / 2, kernel / 2);
          add(height, width, kernel, kernel, stride, 0, 0);
        }
        add(height, width, 3, 1, stride, 1, 0);
        add(height, width, 1, 5, stride, 0, 2);
      }
    }
  }
  return windows;
}

}  // namespace bitdown::tests

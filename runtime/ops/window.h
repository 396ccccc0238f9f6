// SPDX-License-Identifier: MIT
#pragma once

#include "kernels/im2col/im2col.h"
#include "model_generated.h"

namespace bitdown {

/// The geometry of a schema::Convolution or schema::MaxPool between (C, H, W) shapes.
template <typename Parameters>
kernels::Window make_window(const Parameters& parameters,
                            const flatbuffers::Vector<std::uint32_t>& in,
                            const flatbuffers::Vector<std::uint32_t>& out) {
  kernels::Window window;
  window.channels = in.Get(0);
  window.height = in.Get(1);
  window.width = in.Get(2);
  window.kernel_h = parameters.kernel_h();
  window.kernel_w = parameters.kernel_w();
  window.stride_h = parameters.stride_h();
  window.stride_w = parameters.stride_w();
  window.padding_h = parameters.padding_h();
  window.padding_w = parameters.padding_w();
  window.out_height = out.Get(1);
  window.out_width = out.Get(2);
  return window;
}

}  // namespace bitdown

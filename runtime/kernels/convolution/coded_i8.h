// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

#include "kernels/convolution/blocking.h"
#include "kernels/convolution/convolution_i8.h"

// convolution_i8() by kernels that multiply straight from codes (Int8Kernel::coded).
namespace bitdown::kernels {

/// Whether the kernel can do that for a share.
bool can_multiply_coded_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                           const OutputRange& range);

/// Takes room in scratch for it, where any share might.
void take_coded_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, Blocking& blocking);

/// Computes the outputs of a share.
void multiply_coded_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                       const OutputRange& range, const Blocking& blocking, std::byte* scratch);

}  // namespace bitdown::kernels

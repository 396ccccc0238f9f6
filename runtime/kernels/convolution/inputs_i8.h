// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/convolution/blocking.h"
#include "kernels/convolution/convolution_i8.h"

// The inputs of a block of positions as packed B of an 8-bit kernel.
namespace bitdown::kernels {

/// Takes room in scratch for what pack_inputs_i8() needs besides packed B.
void take_inputs_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel, Blocking& blocking);

/// Packs all columns of the positions, and the words of the last Int8Kernel::few_of() of them one
/// after another.
void pack_inputs_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                    const Blocking& blocking, std::byte* scratch, const Cut& positions);

/// The words of the i-th of these.
const std::byte* few_words_i8(const Int8ConvolutionArgs& args, const Int8Kernel& kernel,
                              const Blocking& blocking, const std::byte* scratch, std::uint32_t i);

}  // namespace bitdown::kernels

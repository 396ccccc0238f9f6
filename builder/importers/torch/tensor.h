// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "importers/torch/checkpoint.h"

namespace bitdown::builder::torch {

/// The elements of a tensor in row-major order of its shape, whatever its strides. All three throw
/// Error(kInvalidData), beginning with `name`, for a tensor that reaches outside its storage or has
/// more elements than it.

/// Of float16, bfloat16, float32 or float64; finite in float32.
std::vector<float> read_floats(const Checkpoint& checkpoint, const Tensor& tensor,
                               const std::string& name);
/// Of the same types, without rounding.
std::vector<double> read_doubles(const Checkpoint& checkpoint, const Tensor& tensor,
                                 const std::string& name);
/// Of any integer type but bool; each from 0 to `limit` - 1.
std::vector<std::uint16_t> read_codes(const Checkpoint& checkpoint, const Tensor& tensor,
                                      std::uint32_t limit, const std::string& name);

/// "(64, 3, 7, 7)", for messages.
std::string shape_text(const std::vector<std::uint64_t>& shape);

}  // namespace bitdown::builder::torch
